/** @file The library's own kernels in programs: double precision in, double precision out, against references in double precision. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {linalg, projections, prox} from '../../src/index.js';
import {vjpAt} from '../../src/autodiff/index.js';
import {blockMeans, runOuters, runQP, runSparseCode, solveOnDevice} from '../../src/kernels/index.js';
import {compile} from '../../src/programs/index.js';

/** Numbers that float32 does not hold. */
function draw(length: number): Float64Array {
  return Float64Array.from({length}, () => 2 * Math.random() - 1);
}

/** Runs a function of arrays as a program. */
function run(
  f: (...xs: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
  shapes: number[][],
  arrays: Float64Array[],
): Float64Array[] {
  const examples = shapes.map((shape, i) => tf.tensor(Float32Array.from(arrays[i]), shape));
  try {
    return [compile(f, examples)(...arrays)].flat().map((values) => values.slice());
  } finally {
    tf.dispose(examples);
  }
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const allowed = tolerance * Math.max(1, Math.abs(expected[i]));
    if (!(Math.abs(actual[i] - expected[i]) <= allowed)) {
      assert.fail(`entry ${i}: ${actual[i]} instead of ${expected[i]}, off by ${actual[i] - expected[i]}`);
    }
  }
}

/** C [n, m] = A [n, k] B [k, m]. */
function product(A: Float64Array, B: Float64Array, n: number, k: number, m: number): Float64Array {
  return Float64Array.from({length: n * m}, (_, at) => {
    const [i, j] = [Math.floor(at / m), at % m];
    let sum = 0;
    for (let l = 0; l < k; l++) sum += A[i * k + l] * B[l * m + j];
    return sum;
  });
}

const transposed = (A: Float64Array, n: number, m: number) =>
  Float64Array.from({length: n * m}, (_, at) => A[(at % n) * m + Math.floor(at / n)]);

/** A symmetric positive definite matrix. */
function definite(n: number): Float64Array {
  const A = draw(n * n);
  const S = product(A, transposed(A, n, n), n, n, n);
  for (let i = 0; i < n; i++) S[i * n + i] += 1 + i;
  return S;
}

/** The derivative of Σ c f in direction v by central differences of the program itself, in double precision. */
function slopes(
  f: (...xs: tf.Tensor[]) => tf.Tensor,
  shapes: number[][],
  arrays: Float64Array[],
  weights: Float64Array,
  which: number,
): Float64Array {
  const step = 1e-5;
  const at = (change: number, entry: number) => {
    const moved = arrays.map((array, i) => (i === which ? array.slice() : array));
    moved[which][entry] += change;
    return run(f, shapes, moved)[0].reduce((sum, value, i) => sum + weights[i] * value, 0);
  };
  return Float64Array.from(arrays[which], (_, entry) => (at(step, entry) - at(-step, entry)) / (2 * step));
}

/** Σ c f has the gradients that differences have. Differences are right to about 1e-9. */
function checkGradients(
  f: (...xs: tf.Tensor[]) => tf.Tensor,
  shapes: number[][],
  arrays: Float64Array[],
  which = [...shapes.keys()],
): void {
  const [y] = run(f, shapes, arrays);
  const weights = draw(y.length);
  const gradients = run(
    (...xs) => {
      const c = xs.pop()!;
      const value = (zs: tf.Tensor[]) => [tf.sum(tf.mul(tf.reshape(f(...zs), [-1]), c))];
      return vjpAt(value, xs, [tf.scalar(1)]);
    },
    [...shapes, [weights.length]],
    [...arrays, weights],
  );
  for (const i of which) close(gradients[i], slopes(f, shapes, arrays, weights, i), 2e-8);
}

describe('own kernels in double precision', () => {
  before(() => tf.setBackend('cpu'));

  it('ImplicitSolve, general and positive definite', () => {
    const [A, b, S] = [draw(16), draw(8), definite(4)];
    const [x] = run(
      (a, y) => linalg.solve(a, y),
      [
        [4, 4],
        [4, 2],
      ],
      [A, b],
    );
    close(product(A, x, 4, 4, 2), b, 1e-11);
    const [z] = run(
      (a, y) => linalg.solve(a, y, {assume: 'positiveDefinite'}),
      [
        [4, 4],
        [4, 2],
      ],
      [S, b],
    );
    close(product(S, z, 4, 4, 2), b);
    checkGradients(
      (a, y) => linalg.solve(a, y, {assume: 'positiveDefinite'}),
      [
        [4, 4],
        [4, 2],
      ],
      [S, b],
      [1],
    );
  });

  it('ImplicitDeviceSolve', () => {
    const [A, b] = [draw(16), draw(4)];
    const [x] = run(
      (a, y) => solveOnDevice(a, y, {positiveDefinite: false, adjoint: true}),
      [
        [1, 4, 4],
        [1, 4, 1],
      ],
      [A, b],
    );
    close(product(transposed(A, 4, 4), x, 4, 4, 1), b, 1e-11);
  });

  it('ImplicitCholesky and ImplicitCholeskySolve', () => {
    const [S, b] = [definite(4), draw(4)];
    const [L, x] = run(
      (a, y) => [linalg.cholesky(a), linalg.choleskySolve(linalg.cholesky(a), y)],
      [
        [4, 4],
        [4, 1],
      ],
      [S, b],
    );
    close(product(L, transposed(L, 4, 4), 4, 4, 4), S);
    for (let i = 0; i < 4; i++) for (let j = i + 1; j < 4; j++) assert.equal(L[i * 4 + j], 0);
    close(product(S, x, 4, 4, 1), b);
    checkGradients((a) => linalg.cholesky(tf.add(a, tf.transpose(a))), [[4, 4]], [S]);
  });

  it('ImplicitTriangularSolve', () => {
    const [T, b] = [draw(9), draw(3)];
    for (let i = 0; i < 3; i++) {
      T[i * 4] += 2;
      for (let j = i + 1; j < 3; j++) T[i * 3 + j] = 0;
    }
    const [x] = run(
      (t, y) => linalg.triangularSolve(t, y, {lower: true}),
      [
        [3, 3],
        [3, 1],
      ],
      [T, b],
    );
    close(product(T, x, 3, 3, 1), b);
  });

  it('ImplicitDeterminant and ImplicitCofactors', () => {
    const A = draw(9);
    const [a, b, c, d, e, f, g, h, i] = A;
    const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
    const [value, gradient, logarithm] = run(
      (m) => [
        linalg.det(m),
        ...vjpAt(([n]) => [linalg.det(n)], [m], [tf.scalar(1)]),
        linalg.slogdet(m).logabsdet,
      ],
      [[3, 3]],
      [A],
    );
    close(value, [det]);
    close(gradient, [
      e * i - f * h,
      f * g - d * i,
      d * h - e * g,
      c * h - b * i,
      a * i - c * g,
      b * g - a * h,
      b * f - c * e,
      c * d - a * f,
      a * e - b * d,
    ]);
    close(logarithm, [Math.log(Math.abs(det))]);
  });

  it('ImplicitEigh', () => {
    const S = definite(4);
    const [values, V] = run(
      (a) => {
        const {eigenvalues, eigenvectors} = linalg.eigh(a);
        return [eigenvalues, eigenvectors];
      },
      [[4, 4]],
      [S],
    );
    const scaled = V.map((entry, at) => entry * values[at % 4]);
    close(product(S, V, 4, 4, 4), scaled);
    close(
      product(transposed(V, 4, 4), V, 4, 4, 4),
      Float64Array.from({length: 16}, (_, at) => Number(at % 5 === 0)),
    );
    checkGradients(
      (a) => tf.exp(tf.mul(0.1, linalg.eigh(tf.add(a, tf.transpose(a))).eigenvalues)),
      [[4, 4]],
      [S],
    );
  });

  it('ImplicitLstsq', () => {
    const [A, b] = [draw(15), draw(5)];
    const [x] = run(
      (a, y) => linalg.lstsq(a, y),
      [
        [5, 3],
        [5, 1],
      ],
      [A, b],
    );
    const rest = product(A, x, 5, 3, 1).map((value, i) => value - b[i]);
    close(product(transposed(A, 5, 3), rest, 3, 5, 1), [0, 0, 0]);
    checkGradients(
      (a, y) => linalg.lstsq(a, y),
      [
        [5, 3],
        [5, 1],
      ],
      [A, b],
    );
  });

  it('ImplicitSimplex with its gradient', () => {
    const x = draw(12).map((value) => 2 * value);
    const [y] = run((rows) => projections.simplex(rows), [[2, 6]], [x]);
    close(
      y,
      [0, 6].flatMap((from) => [...onSimplex(x.subarray(from, from + 6))]),
      1e-15,
    );
    checkGradients((rows) => projections.simplex(rows), [[2, 6]], [x]);
  });

  it('ImplicitEntmax and ImplicitEntmaxGradient', () => {
    const x = draw(6);
    for (const alpha of [1.3, 1.5, 3]) {
      const [y] = run((rows) => projections.entmax(rows, {alpha}), [[1, 6]], [x]);
      close([y.reduce((sum, value) => sum + value)], [1], 1e-14);
      // p^(α−1) = (α − 1) x − τ on the support, with α − 1 as float32 holds it.
      const excess = Math.fround(alpha) - 1;
      const taus = [...y].flatMap((p, i) => (p > 1e-6 ? [excess * x[i] - p ** excess] : []));
      close(
        taus,
        taus.map(() => taus[0]),
        1e-6,
      );
      checkGradients((rows) => projections.entmax(rows, {alpha}), [[1, 6]], [x]);
      checkGradients((rows) => projections.normmax(rows, {alpha}), [[1, 6]], [x]);
    }
    const [y] = run((rows) => projections.entmax(rows, {alpha: 1.5}), [[1, 6]], [x]);
    const taus = [...y].flatMap((p, i) => (p > 0 ? [x[i] / 2 - Math.sqrt(p)] : []));
    close(
      taus,
      taus.map(() => taus[0]),
      1e-14,
    );
  });

  it('ImplicitIsotonic and ImplicitBlockMeans', () => {
    const x = Float64Array.of(0.1, 0.7, 0.3, 0.2, 1.1);
    const [y] = run((rows) => projections.isotonic(rows), [[1, 5]], [x]);
    close(y, [0.1, 0.4, 0.4, 0.4, 1.1], 1e-15);
    checkGradients((rows) => projections.isotonic(rows), [[1, 5]], [x]);
    const [means] = run(
      (rows) => blockMeans(rows as tf.Tensor2D, tf.tensor2d([[0, 1, 1, 1, 4]])),
      [[1, 5]],
      [x],
    );
    close(means, [0.1, 0.4, 0.4, 0.4, 1.1], 1e-15);
  });

  it('ImplicitOrder: what is sorted changes from call to call', () => {
    const example = tf.tensor2d([[3, 1, 2]]);
    const f = compile(
      (x: tf.Tensor) => projections.permutahedron(x, {w: tf.tensor1d([0.5, 0.25, 0])}),
      [example],
    );
    const far = 1e3 + 1e-9;
    close(f(Float64Array.of(far, -far, 0)), [0.5, 0, 0.25], 1e-15);
    close(f(Float64Array.of(-far, 0, far)), [0, 0.25, 0.5], 1e-15);
    example.dispose();
    const x = draw(5);
    checkGradients((rows) => projections.softSort(rows, {strength: 0.3}), [[1, 5]], [x]);
    checkGradients((rows) => projections.softRank(rows, {strength: 0.3}), [[1, 5]], [x]);
  });

  it('ImplicitTotalVariation', () => {
    const x = draw(8);
    const weight = 0.25;
    const [y] = run((rows) => prox.totalVariation1d(rows, weight), [[1, 8]], [x]);
    let force = 0;
    for (let i = 0; i < 7; i++) {
      force += x[i] - y[i];
      const jump = y[i + 1] - y[i];
      if (jump === 0) assert.isAtMost(Math.abs(force), weight + 1e-14);
      else assert.approximately(force, -weight * Math.sign(jump), 1e-14);
    }
    assert.approximately(force + x[7] - y[7], 0, 1e-14);
    checkGradients((rows) => prox.totalVariation1d(rows, weight), [[1, 8]], [x]);
  });

  it('ImplicitBoxSection', () => {
    const [x, w] = [draw(5).map((value) => 2 * value), draw(5).map((value) => 1.5 + value)];
    const f = (rows: tf.Tensor, normal: tf.Tensor) => projections.boxSection(rows, {w: normal, c: 1.25});
    const [y] = run(
      f,
      [
        [1, 5],
        [1, 5],
      ],
      [x, w],
    );
    assert.approximately(
      y.reduce((sum, value, i) => sum + value * w[i], 0),
      1.25,
      1e-14,
    );
    const taus = [...y].flatMap((value, i) => (value > 0 && value < 1 ? [(value - x[i]) / w[i]] : []));
    close(
      taus,
      taus.map(() => taus[0]),
      1e-13,
    );
    checkGradients(
      f,
      [
        [1, 5],
        [1, 5],
      ],
      [x, w],
    );
  });

  it('ImplicitTransport and ImplicitTransportGradient', () => {
    const x = draw(12);
    const [a, b] = [Float64Array.of(0.2, 0.3, 0.5), Float64Array.of(0.1, 0.4, 0.15, 0.35)];
    for (const project of [projections.klTransport, projections.transport]) {
      const f = (costs: tf.Tensor, rows: tf.Tensor, columns: tf.Tensor) =>
        project(costs, {a: rows, b: columns});
      const shapes = [[3, 4], [3], [4]];
      const [P] = run(f, shapes, [x, a, b]);
      close(product(P, new Float64Array(4).fill(1), 3, 4, 1), a);
      close(product(transposed(P, 3, 4), new Float64Array(3).fill(1), 4, 3, 1), b);
      checkGradients(f, shapes, [x, a, b], [0]);
    }
    const [P] = run(
      (costs, rows, columns) => projections.klTransport(costs, {a: rows, b: columns}),
      [[3, 4], [3], [4]],
      [x, a, b],
    );
    // log P − x = −u − v.
    const rest = P.map((value, at) => Math.log(value) - x[at]);
    for (const i of [1, 2]) {
      for (const j of [1, 2, 3])
        assert.approximately(rest[i * 4 + j] - rest[j] - rest[i * 4] + rest[0], 0, 1e-12);
    }
  });

  it('ImplicitOuters', () => {
    const [a, b, c, d] = [draw(3), draw(4), draw(3), draw(4)];
    const [C] = run(
      (...xs) =>
        runOuters([
          [xs[0], xs[1]],
          [xs[2], xs[3]],
        ])!,
      [
        [1, 3],
        [1, 4],
        [1, 3],
        [1, 4],
      ],
      [a, b, c, d],
    );
    const [ab, cd] = [product(a, b, 3, 1, 4), product(c, d, 3, 1, 4)];
    close(
      C,
      ab.map((value, i) => value + cd[i]),
      1e-15,
    );
  });

  it('ImplicitSparseCode', () => {
    const [D, x] = [draw(15), draw(3)];
    const [l1, l2] = [new Float64Array(5).fill(0.05), new Float64Array(5).fill(0.1)];
    const attributes = {nonNegative: false, tolerance: 1e-10, maxIterations: 10_000};
    const [z, status] = run(
      (dictionary, y, first, second) =>
        runSparseCode({dictionary, x: y, start: tf.zeros([1, 5]), l1: first, l2: second}, attributes).slice(
          0,
          2,
        ) as tf.Tensor[],
      [
        [3, 5],
        [1, 3],
        [1, 5],
        [1, 5],
      ],
      [D, x, l1, l2],
    );
    assert.deepEqual([...status], [0]);
    const rest = product(D, z, 3, 5, 1).map((value, i) => x[i] - value);
    const slope = product(transposed(D, 3, 5), rest, 5, 3, 1);
    z.forEach((value, j) => {
      const force = slope[j] - 0.1 * value;
      if (value === 0) assert.isAtMost(Math.abs(force), 0.05 + 1e-12);
      else assert.approximately(force, 0.05 * Math.sign(value), 1e-12);
    });
  });

  it('ImplicitQP', () => {
    const n = 5;
    const [Q, p] = [definite(n), draw(n).map((value) => 3 * value)];
    const shapes = [
      [1, n, n],
      [1, n],
    ];
    const solve = (q: tf.Tensor, c: tf.Tensor) => {
      const G = tf.expandDims(tf.concat([tf.eye(n), tf.neg(tf.eye(n))]), 0);
      const h = tf.fill([1, 2 * n], 0.25);
      const A = tf.ones([1, 1, n]);
      const {x, ineqDual, eqDual, slack, status} = runQP(
        {Q: q, p: c, G, h, A, b: tf.fill([1, 1], 0.5)},
        {tolerance: 1e-9, maxIterations: 100},
      );
      return [x, ineqDual, eqDual, slack, status];
    };
    const [x, dual, nu, slack, status] = run(solve, shapes, [Q, p]);
    assert.deepEqual([...status], [0]);
    assert.approximately(
      x.reduce((sum, value) => sum + value),
      0.5,
      1e-12,
    );
    const slope = product(Q, x, n, n, 1);
    slope.forEach((value, i) => assert.approximately(value + p[i] + dual[i] - dual[n + i] + nu[0], 0, 1e-9));
    dual.forEach((value, i) => {
      assert.isAtLeast(value, 0);
      assert.approximately(slack[i], 0.25 - (i < n ? x[i] : -x[i - n]), 1e-12);
      assert.approximately(value * slack[i], 0, 1e-12);
    });
  });
});

/** Rows of y with the threshold found by sorting. */
function onSimplex(x: Float64Array): Float64Array {
  const sorted = x.slice().sort().reverse();
  let [sum, tau] = [0, 0];
  sorted.forEach((value, i) => {
    sum += value;
    if (value > (sum - 1) / (i + 1)) tau = (sum - 1) / (i + 1);
  });
  return x.map((value) => Math.max(0, value - tau));
}
