/** @file The linear systems of quadratic programs, against plain products: rows of all kinds, and every way to factor. */
import {assert} from 'chai';
import {denseFactor} from '../../../../src/kernels/algorithms/qp/adjoint.js';
import {ConstraintRows} from '../../../../src/kernels/algorithms/qp/constraint-rows.js';
import {DenseMatrix} from '../../../../src/kernels/algorithms/qp/dense-matrix.js';
import {denseKkt} from '../../../../src/kernels/algorithms/qp/kkt.js';
import {seededRandom} from '../../../zoo/linear-systems.js';
import {
  apart,
  DENSE,
  largest,
  noise,
  semidefinite,
  times,
  transposedTimes,
  vectorOf,
  problemFrom,
} from './planted.js';

/** Rows [rows, n] with so many entries that are not zero, at places of their own. */
function rowsWith(counts: number[], n: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  const C = new Float64Array(counts.length * n);
  counts.forEach((count, i) => {
    const free = Array.from({length: n}, (_, j) => j);
    for (let k = 0; k < count; k++) {
      const [j] = free.splice(Math.floor(random() * free.length), 1);
      C[i * n + j] = (random() < 0.5 ? -1 : 1) * (0.5 + random());
    }
  });
  return C;
}

function systemOf(
  dense: (typeof DENSE)[number],
  n: number,
  rows: number,
  P: ArrayLike<number>,
  C: ArrayLike<number>,
) {
  return denseKkt(
    dense,
    new DenseMatrix(dense, n, n, vectorOf(dense, P)),
    new DenseMatrix(dense, rows, n, vectorOf(dense, C)),
  );
}

for (const dense of DENSE) {
  describe(`the rows of a constraint matrix, by ${dense.name} kernels`, () => {
    for (const [n, counts] of [
      [9, [9, 1, 0, 2, 5, 3, 1, 9]],
      [9, [9, 4, 3, 9]],
      [9, [1, 2, 0]],
      [3, [3, 1, 0, 2, 1]],
      [12, []],
    ] as [number, number[]][]) {
      it(`multiply like a matrix: ${counts.join(' ')} of ${n} entries`, () => {
        const rows = counts.length;
        const C = vectorOf(dense, rowsWith(counts, n, 1));
        const sut = new ConstraintRows(dense, rows, n, C);
        // The second time with more entries in the sparse rows than there was room for.
        for (const seed of [1, 2]) {
          const now = counts.map((count) => (seed === 2 && count === 1 ? Math.floor(n / 4) || 1 : count));
          C.set(rowsWith(now, n, seed));
          sut.read();
          assert.deepEqual(Array.from(sut.entries), now);
          assert.equal(sut.singles, now.filter((count) => count === 1).length);
          now.forEach((count, i) => {
            if (count === 1) assert.notEqual(C[i * n + sut.lastColumn[i]], 0);
          });
          const random = seededRandom(seed + 10);
          const [x, y] = [vectorOf(dense, noise(n, random)), vectorOf(dense, noise(rows, random))];
          if (rows > 1) y[1] = 0;
          const out = vectorOf(dense, noise(rows, random));
          sut.multiply(x, out);
          assert.isAtMost(apart(out, times(C, x)), 1e-14);
          const sums = vectorOf(dense, noise(n, random));
          const before = sums.slice();
          sut.addMultiplyTransposed(y, sums);
          const pull = transposedTimes(C, y, n);
          assert.isAtMost(apart(sums, before.map((value, j) => value + pull[j])), 1e-14); // prettier-ignore
          const stride = n + (4 - (n % 4));
          const target = vectorOf(dense, noise(stride * stride, random));
          const start = target.slice();
          sut.addOuterProducts(target, stride, y);
          for (let a = 0; a < n; a++) {
            for (let b = a; b < n; b++) {
              let sum = start[a * stride + b];
              for (let i = 0; i < rows; i++) sum += y[i] * C[i * n + a] * C[i * n + b];
              assert.approximately(target[a * stride + b], sum, 1e-13);
            }
          }
        }
      });
    }
  });

  describe(`the condensed KKT system, by ${dense.name} kernels`, () => {
    /** Solves for noise, and returns the largest residual of the system written out, relative to the right-hand side. */
    function check(
      {n, C, w, rank = n}: {n: number; C: Float64Array; w: number[]; rank?: number},
      options: {pin?: boolean; penalise?: boolean} = {},
      stiff = false,
    ): number {
      const random = seededRandom(7);
      const [P, rows] = [vectorOf(dense, semidefinite(n, rank, random)), w.length];
      const kkt = systemOf(dense, n, rows, P, vectorOf(dense, C));
      kkt.readMatrices();
      kkt.stiff = stiff;
      const [x, y] = [dense.vector(n), dense.vector(rows)];
      let worst = 0;
      // Twice with other rows between: nothing of the rows before may be left.
      for (const weights of [w, w.map((value) => (value === 0 ? 0.25 : value)), w]) {
        assert.isTrue(kkt.factor(Float64Array.from(weights), 1e-10, options));
        const [f, g] = [vectorOf(dense, noise(n, random)), vectorOf(dense, noise(rows, random))];
        weights.forEach((value, i) => value === Infinity && (g[i] = 0));
        const said = kkt.solve(f, g, x, y, 1e-13);
        const pull = transposedTimes(C, y, n);
        const first = times(P, x).map((value, j) => value + pull[j] - f[j]);
        const second = times(C, x).map((value, i) =>
          weights[i] === Infinity ? y[i] : value - weights[i] * y[i] - g[i],
        );
        const found = largest(first, second) / largest(f, g);
        assert.isAtMost(found, said + 1e-13);
        assert.isAtMost(apart(kkt.Px, times(P, x)), 1e-12 * (1 + largest(x)));
        worst = Math.max(worst, found);
        // Without a look at the residual: as good as the regularisation lets it be.
        const [quick, multipliers] = [dense.vector(n), dense.vector(rows)];
        assert.equal(kkt.solve(f, g, quick, multipliers, Infinity), Infinity);
        if (!options.penalise) assert.isAtMost(apart(quick, x), 1e-5 * (1 + largest(x)));
      }
      return worst;
    }

    const some = rowsWith([8, 1, 2, 8, 1, 5, 8], 8, 7);
    it('holds with hard, soft and absent rows', () => {
      assert.isAtMost(check({n: 8, C: some, w: [0, 0.5, Infinity, 2, 1e-3, 0, 1]}), 1e-12);
      assert.isAtMost(check({n: 8, C: some, w: [0, 0.5, 0, 2, Infinity, 0, Infinity], rank: 6}), 1e-12);
    });

    it('holds with rows that pin variables, alone or twice, also where others depend on them', () => {
      const w = [0, 0, 0.5, Infinity, 0, 1, 0];
      assert.isAtMost(check({n: 8, C: some, w}), 1e-12);
      assert.isAtMost(check({n: 8, C: some, w}, {pin: false}), 1e-12);
      // Whatever row comes first.
      for (const first of [1, 4]) {
        const C = Float64Array.from([...some.subarray(8 * first), ...some.subarray(0, 8 * first)]);
        assert.isAtMost(check({n: 8, C, w: [...w.slice(first), ...w.slice(0, first)]}), 1e-12);
      }
      const twice = Float64Array.from(
        [...some, ...some.subarray(8, 16)].map((v, at) => (at >= 56 ? 2 * v : v)),
      );
      assert.isAtMost(check({n: 8, C: twice, w: [0, 0, 0.5, 1, 0, 1, Infinity, 0.1]}), 1e-12);
      // As many rows as variables, all but one of them pins.
      const bounds = rowsWith([3, 0, 0, 0], 3, 4);
      for (let j = 0; j < 2; j++) bounds[(j + 1) * 3 + j] = j + 2;
      bounds[9] = 1;
      assert.isAtMost(check({n: 3, C: bounds, w: [0, 0, 0, Infinity]}), 1e-12);
    });

    it('says of rows that depend on a pin what is left, and shares the multiplier', () => {
      // x₁ = 1 twice over, the second time in other units.
      const kkt = systemOf(dense, 2, 2, [1, 0, 0, 1], [1, 0, 2, 0]);
      kkt.readMatrices();
      assert.isTrue(kkt.factor(new Float64Array(2), 1e-10));
      const [x, y] = [dense.vector(2), dense.vector(2)];
      assert.isAtMost(kkt.solve(vectorOf(dense, [6, 3]), vectorOf(dense, [1, 2]), x, y, 1e-13), 1e-9);
      assert.isAtMost(apart(x, [1, 3]), 1e-9);
      assert.isAtMost(apart(y, [1, 2]), 1e-6);
      // Where they contradict each other, it is said.
      // The nearest x is 1.4 with the residuals .4 and .2 beside the largest number, 6.
      assert.approximately(
        kkt.solve(vectorOf(dense, [6, 3]), vectorOf(dense, [1, 3]), x, y, 1e-13),
        0.4 / 6,
        1e-5,
      );
    });

    it('holds with small w among the soft rows where it is told so', () => {
      const w = [1e-7, 0.5, 1e-9, 2, 0.09, 0, 0.11];
      assert.isAtMost(check({n: 8, C: some, w}, {}, true), 1e-12);
    });

    it('holds with many hard rows eliminated, too', () => {
      for (const hard of [1, 2, 5]) {
        const C = noise(hard * 8, seededRandom(5));
        assert.isAtMost(check({n: 8, C, w: Array<number>(hard).fill(0)}, {penalise: true}), 1e-12);
      }
    });

    it('refines as long as it is asked to, and no longer', () => {
      const random = seededRandom(3);
      const [P, C] = [vectorOf(dense, semidefinite(8, 8, random)), vectorOf(dense, noise(16, random))];
      let solves = 0;
      const counting: typeof dense = {
        ...dense,
        signedSolve: (...data) => (solves++, dense.signedSolve(...data)),
      };
      const kkt = systemOf(counting, 8, 2, P, C);
      kkt.readMatrices();
      assert.isTrue(kkt.factor(new Float64Array(2), 1e-4));
      const [f, g] = [vectorOf(dense, noise(8, random)), vectorOf(dense, noise(2, random))];
      const counts = [Infinity, 1, 1e-5, 1e-9, 1e-13].map((target) => {
        solves = 0;
        const said = kkt.solve(f, g, dense.vector(8), dense.vector(2), target);
        if (target < Infinity) assert.isAtMost(said, target);
        return solves;
      });
      assert.deepEqual(counts.slice(0, 2), [1, 1]);
      for (let k = 2; k < 5; k++) assert.isAbove(counts[k], counts[k - 1]);
      assert.isAtMost(counts[4], 6);
    });

    it('answers zero by zero, and an indefinite matrix by false', () => {
      const kkt = systemOf(dense, 2, 1, [1, 0, 0, -1], [1, 0]);
      kkt.readMatrices();
      assert.isFalse(kkt.factor(Float64Array.of(1), 1e-10));
      const good = systemOf(dense, 2, 1, [1, 0, 0, 1], [1, 0]);
      good.readMatrices();
      assert.isTrue(good.factor(Float64Array.of(1), 1e-10));
      const [x, y] = [vectorOf(dense, [1, 1]), vectorOf(dense, [1])];
      good.Px.fill(3);
      assert.equal(good.solve(dense.vector(2), dense.vector(1), x, y, 1e-13), 0);
      assert.deepEqual([...x, ...y, ...good.Px], [0, 0, 0, 0, 0]);
    });
  });

  describe(`the system of the gradients, by ${dense.name} kernels`, () => {
    /** K, row by row: [P Cᵀ; MC M − I]. */
    function matrix(n: number, P: Float64Array, C: Float64Array, weight: number[]): Float64Array {
      const size = n + weight.length;
      const K = new Float64Array(size * size);
      for (let i = 0; i < n; i++) K.set(P.subarray(i * n, (i + 1) * n), i * size);
      weight.forEach((value, k) => {
        for (let j = 0; j < n; j++) {
          K[j * size + n + k] = C[k * n + j];
          K[(n + k) * size + j] = value * C[k * n + j];
        }
        K[(n + k) * size + n + k] = value - 1;
      });
      return K;
    }

    for (const transpose of [false, true]) {
      it(`is solved for any weights${transpose ? ', transposed' : ''}`, () => {
        const n = 6;
        const random = seededRandom(9);
        const P = semidefinite(n, n, random);
        const C = noise(5 * n, random);
        // In units that differ.
        for (let j = 0; j < n; j++) C[n + j] *= 1e4;
        const factor = denseFactor(
          dense,
          problemFrom(dense, {n, p: 1, m: 4, P, C, q: dense.vector(n), d: dense.vector(5)}),
        );
        for (const weight of [
          [1, 1, 0, 0, 1],
          [1, 0.5, 0, 0.25, 1],
          [1, 0, 0, 0, 0],
        ]) {
          factor.factor(Float64Array.from(weight));
          const v = noise(n + 5, random);
          assert.isAtMost(factor.solve(v.subarray(0, n), v.subarray(n), transpose), 1e-12);
          const u = [...factor.x, ...factor.y];
          const K = matrix(n, P, C, weight);
          const image = transpose ? transposedTimes(K, u, n + 5) : times(K, u);
          // A row in large units has a small multiplier; the products are near 1 all the same.
          assert.isAtMost(apart(image, v), 1e-9);
        }
      });
    }

    it('has the least norm where rows say the same, and says what is left where they cannot', () => {
      const problem = problemFrom(dense, {
        ...{n: 2, p: 0, m: 2, q: [0, 0], d: [0, 0], P: [1, 0, 0, 1], C: [1, 1, 1, 1]},
      });
      const factor = denseFactor(dense, problem);
      factor.factor(Float64Array.of(1, 1));
      // x = (1, 1) on x₁ + x₂ = 2, and (1, 1)(y₁ + y₂) = (3, 3) − x.
      assert.isAtMost(factor.solve(Float64Array.of(3, 3), Float64Array.of(2, 2), false), 1e-9);
      assert.isAtMost(apart([...factor.x, ...factor.y], [1, 1, 1, 1]), 1e-7);
      const left = factor.solve(Float64Array.of(3, 3), Float64Array.of(2, 4), false);
      // (2, 4) is (3, 3) and what no x can make, (−1, 1), beside the largest entry 4, in equilibrated units.
      assert.approximately(left, 0.25, 0.01);
      assert.isAtMost(apart([...factor.x, ...factor.y], [1.5, 1.5, 0.75, 0.75]), 1e-7);
    });

    it('takes the lift of P with it', () => {
      const problem = problemFrom(dense, {
        ...{n: 2, p: 0, m: 1, lift: 1e-6, q: [0, 0], d: [0], P: [4, 1, 1, 2], C: [1, 1]},
      });
      const factor = denseFactor(dense, problem);
      factor.factor(Float64Array.of(0));
      factor.solve(Float64Array.of(5, 3), Float64Array.of(0), true);
      const image = times([4 * (1 + 1e-6), 1, 1, 2 * (1 + 1e-6)], factor.x);
      assert.isAtMost(apart(image, [5, 3]), 1e-12);
    });
  });
}
