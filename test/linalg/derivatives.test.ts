/**
 * @file First and second derivatives of every function of linalg, against differences of the function in f64.
 *
 * The functions in f64 are plain eliminations (dense.ts) and know no formula for a derivative. Differences of fourth order
 * with step 1e-3 are exact to about 1e-11, second ones to 1e-8.
 */
import * as tf from '@tensorflow/tfjs-core';
import {linalg, vjp} from '../../src/index.js';
import {spectralFunction} from '../../src/linalg/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {once} from '../helpers/once.js';
import {seededRandom} from '../zoo/linear-systems.js';
import {
  build,
  choleskyDense,
  combine,
  determinant,
  diagonal,
  eighDense,
  identity,
  inverse,
  multiply,
  solveDense,
  symmetric,
  transpose,
  type Matrix,
} from './dense.js';
import {randomDefinite, randomInvertible, randomMatrix, randomSymmetric, type Random} from './random.js';
import {shrink, SHRINK} from './shrink.js';

interface Case {
  name: string;
  inputs: (random: Random) => Matrix[];
  f: (...inputs: tf.Tensor[]) => tf.Tensor;
  f64: (...inputs: Matrix[]) => Matrix;
}

const N = 4;
const general = (random: Random) => [randomInvertible(N, random), randomMatrix(N, 2, random)];
const definite = (random: Random) => [randomDefinite(N, random), randomMatrix(N, 2, random)];
const square = (random: Random) => [randomInvertible(N, random)];
const spread = (random: Random) => [randomSymmetric([-2, -0.7, 0.4, 1.5], random)];
const near = (rows: number, columns: number, random: Random) =>
  build(rows, columns, (i, j) => Math.fround(Number(i === j) + (random() - 0.5) / 2));

/** The triangle of A that is read. */
const triangleOf = (A: Matrix, lower: boolean, unit: boolean): Matrix =>
  build(A.length, A.length, (i, j) => (i === j && unit ? 1 : i === j || lower === j < i ? A[i][j] : 0));

const gram = (A: Matrix) => multiply(transpose(A), A);
const tall = (A: Matrix) => multiply(inverse(gram(A)), transpose(A));
const wide = (A: Matrix) => multiply(transpose(A), inverse(gram(transpose(A))));

const triangular = [true, false].flatMap((lower) =>
  [true, false].flatMap((transposed) =>
    [true, false].map((unitDiagonal): Case => ({
      name: `triangularSolve, lower ${lower}, transpose ${transposed}, unitDiagonal ${unitDiagonal}`,
      inputs: general,
      f: (a, b) => linalg.triangularSolve(a, b, {lower, transpose: transposed, unitDiagonal}),
      f64: (A, B) => {
        const T = triangleOf(A, lower, unitDiagonal);
        return solveDense(transposed ? transpose(T) : T, B);
      },
    })),
  ),
);

const CASES: Case[] = [
  {name: 'solve', inputs: general, f: (a, b) => linalg.solve(a, b), f64: solveDense},
  {
    name: 'solve, adjoint',
    inputs: general,
    f: (a, b) => linalg.solve(a, b, {transpose: true}),
    f64: (A, B) => solveDense(transpose(A), B),
  },
  {
    name: 'solve, positive definite',
    inputs: definite,
    f: (a, b) => linalg.solve(a, b, {assume: 'positiveDefinite'}),
    f64: (A, B) => solveDense(symmetric(A), B),
  },
  {name: 'inv', inputs: square, f: (a) => linalg.inv(a), f64: inverse},
  {name: 'det', inputs: square, f: (a) => linalg.det(a), f64: (A) => [[determinant(A)]]},
  {
    name: 'slogdet',
    inputs: square,
    f: (a) => linalg.slogdet(a).logabsdet,
    f64: (A) => [[Math.log(Math.abs(determinant(A)))]],
  },
  {
    name: 'cholesky',
    inputs: (random) => [randomDefinite(N, random)],
    f: (a) => linalg.cholesky(a),
    f64: (A) => choleskyDense(symmetric(A)),
  },
  {
    name: 'choleskySolve',
    inputs: general,
    f: (l, b) => linalg.choleskySolve(l, b),
    f64: (L, B) => {
      const T = triangleOf(L, true, false);
      return solveDense(multiply(T, transpose(T)), B);
    },
  },
  ...triangular,
  {
    name: 'lstsq, tall',
    inputs: (random) => [near(5, 3, random), randomMatrix(5, 2, random)],
    f: (a, b) => linalg.lstsq(a, b),
    f64: (A, B) => multiply(tall(A), B),
  },
  {
    name: 'lstsq, wide',
    inputs: (random) => [near(3, 5, random), randomMatrix(3, 2, random)],
    f: (a, b) => linalg.lstsq(a, b),
    f64: (A, B) => multiply(wide(A), B),
  },
  {
    name: 'lstsq, rank 2 of a 5 by 4 matrix, along its factors',
    inputs: (random) => [near(5, 2, random), near(2, 4, random), randomMatrix(5, 2, random)],
    f: (u, v, b) => linalg.lstsq(tf.matMul(u, v), b),
    f64: (U, V, B) => multiply(wide(V), multiply(tall(U), B)),
  },
  {
    name: 'eigh, eigenvalues',
    inputs: spread,
    f: (a) => linalg.eigh(a).eigenvalues,
    f64: (A) => [eighDense(symmetric(A)).values],
  },
  {
    // Squares: the sign of an eigenvector is arbitrary.
    name: 'eigh, squares of eigenvectors',
    inputs: spread,
    f: (a) => tf.square(linalg.eigh(a).eigenvectors),
    f64: (A) => eighDense(symmetric(A)).vectors.map((row) => row.map((value) => value * value)),
  },
  {
    name: 'spectralFunction',
    inputs: spread,
    f: (a) => spectralFunction(a, SHRINK),
    f64: (A) => {
      const {values, vectors} = eighDense(symmetric(A));
      return multiply(multiply(vectors, diagonal(values.map(shrink))), transpose(vectors));
    },
  },
];

/** d/dt of f at t = 0. */
function slope(f: (t: number) => number): number {
  const h = 1e-3;
  return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
}

/** The gradient of a function of several matrices, entry by entry. */
function gradient(f: (inputs: Matrix[]) => number, inputs: Matrix[]): number[][] {
  return inputs.map((input, k) =>
    input.flatMap((row, i) =>
      row.map((_, j) => {
        const unit = build(input.length, row.length, (r, c) => Number(r === i && c === j));
        return slope((t) => f(inputs.map((other, l) => (l === k ? combine(other, t, unit) : other))));
      }),
    ),
  );
}

const inner = (A: Matrix, B: Matrix): number =>
  A.reduce((sum, row, i) => row.reduce((rest, value, j) => rest + value * B[i][j], sum), 0);

/** What a case is compared with: the same on every backend. */
const expectationOf = once(({inputs, f64}: Case) => {
  const random = seededRandom(7);
  const at = inputs(random);
  const value = f64(...at);
  const W = randomMatrix(value.length, value[0].length, random);
  const directions = at.map((input) => randomMatrix(input.length, input[0].length, random));
  const loss = (point: Matrix[]) => inner(W, f64(...point));
  const first = gradient(loss, at);
  const second = gradient(
    (point) => slope((t) => loss(point.map((input, k) => combine(input, t, directions[k])))),
    at,
  );
  return {at, W, directions, first, second};
});

describeBackends('derivatives of linalg', () => {
  for (const each of CASES) {
    const {name, f} = each;
    it(`of ${name} are right to second order`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const {at, W, directions, first, second} = expectationOf(each);
          const tensors: tf.Tensor[] = at.map((input) => tf.tensor2d(input));
          const v: tf.Tensor[] = directions.map((direction) => tf.tensor2d(direction));
          const weighted = (...xs: tf.Tensor[]) =>
            tf.sum(tf.mul(f(...xs), tf.reshape(tf.tensor2d(W), f(...xs).shape)));
          const gradients = (...xs: tf.Tensor[]) => vjp(weighted, xs, tf.scalar(1));
          const ours = gradients(...tensors);
          const twice = vjp(gradients, tensors, v);
          ours.forEach((g, k) => expectClose(g, first[k], FIRST));
          twice.forEach((g, k) => expectClose(g, second[k], SECOND));

          // The same on the tape of tfjs.
          const nested = tf.grads((...xs: tf.Tensor[]) =>
            tf.addN(
              tf
                .grads(weighted)(xs)
                .map((g, k) => tf.sum(tf.mul(g, v[k]))),
            ),
          )(tensors);
          nested.forEach((g, k) => expectClose(g, second[k], SECOND));
        }),
      ));
  }

  it('to third order: d³/dt³ of log det (a + t c) is 2 tr (a⁻¹c)³', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const random = seededRandom(3);
        const [A, C] = [randomDefinite(3, random), randomMatrix(3, 3, random)];
        const X = multiply(inverse(A), symmetric(C));
        const expected = 2 * inner(identity(3), multiply(X, multiply(X, X)));
        const along = (g: (t: tf.Tensor) => tf.Tensor) => (t: tf.Tensor) => vjp(g, [t], tf.scalar(1))[0];
        const point = (t: tf.Tensor) => tf.add(tf.tensor2d(A), tf.mul(t, tf.tensor2d(symmetric(C))));
        const logdet = (t: tf.Tensor) => linalg.slogdet(point(t)).logabsdet;
        // log det = 2 Σ log Lᵢᵢ
        const byCholesky = (t: tf.Tensor) =>
          tf.mul(2, tf.sum(tf.mul(tf.eye(3), tf.log(tf.add(linalg.cholesky(point(t)), OFF_DIAGONAL())))));
        for (const g of [logdet, byCholesky]) {
          expectClose(along(along(along(g)))(tf.scalar(0)), expected, 5e-6);
        }
      }),
    ));
});

/** 1 beside the diagonal, so that the logarithm of a triangular matrix is finite. */
const OFF_DIAGONAL = () => tf.sub(1, tf.eye(3));

/** Of the largest entry: a few roundings of f32, times the condition number (below 10). */
const FIRST = 1e-6;
const SECOND = 2e-6;
