/** @file Linear systems: solutions and inverses against elimination in f64, over batches that broadcast. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {linalg} from '../../src/index.js';
import {seededRandom} from '../zoo/linear-systems.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {build, inverse, solveDense, transpose, type Matrix} from './dense.js';
import {
  Batch,
  pairs,
  randomDefinite,
  randomInvertible,
  randomMatrix,
  type Pair,
  type Random,
} from './random.js';

/** f64 inside: what is left is one rounding to f32, 6e-8 of the largest entry. */
const ONE_ROUNDING = 6.1e-8;

const property = (check: (pair: Pair) => void) => () =>
  expectNoLeak(() =>
    fc.assert(
      fc.property(pairs, (pair) => tf.tidy(() => check(pair))),
      {numRuns: 60},
    ),
  );

/** Compares a batched solution with those of the samples. */
function expectSolutions(x: tf.Tensor, batch: number[], expected: Matrix[]): void {
  assert.deepEqual(x.shape, [...batch, expected[0].length, expected[0][0].length]);
  tf.unstack(tf.reshape(x, [-1, ...x.shape.slice(-2)])).forEach((solution, i) =>
    expectClose(solution, expected[i].flat(), ONE_ROUNDING),
  );
}

describeBackends('linalg.solve', () => {
  const variants: {
    title: string;
    options?: linalg.SolveOptions;
    make: (n: number, random: Random) => Matrix;
  }[] = [
    {title: 'by LU', make: randomInvertible},
    {title: 'by LU, of the transpose', options: {transpose: true}, make: randomInvertible},
    {title: 'by Cholesky', options: {assume: 'positiveDefinite'}, make: randomDefinite},
  ];
  for (const {title, options, make} of variants) {
    it(
      `solves ${title}`,
      property(({n, columns, random, batch, ofA, ofB}) => {
        const a = new Batch(ofA, () => make(n, random));
        const b = new Batch(ofB, () => randomMatrix(n, columns, random));
        const x = linalg.solve(a.tensor(), b.tensor(), options);
        const [A, B] = [a.broadcast(batch), b.broadcast(batch)];
        expectSolutions(
          x,
          batch,
          A.map((matrix, i) => solveDense(options?.transpose ? transpose(matrix) : matrix, B[i])),
        );
      }),
    );
  }

  it('takes one vector for all matrices, and arrays of integers', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = linalg.solve([[[2, 0], [0, 4]], [[1, 1], [0, 1]]], [2, 4]); // prettier-ignore
        assert.deepEqual(x.shape, [2, 2]);
        expectClose(x, [1, 1, -2, 4]);
        expectClose(linalg.solve(tf.tensor2d([[2]], [1, 1], 'int32'), tf.tensor1d([3], 'int32')), [1.5]);
      }),
    ));

  it('reads only the lower triangle of a positive definite matrix', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const a = tf.tensor2d([4, NaN, 2, 3], [2, 2]);
        expectClose(linalg.solve(a, [8, 7], {assume: 'positiveDefinite'}), [1.25, 1.5]);
      }),
    ));

  it('does not depend on the units of rows and columns', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        expectClose(linalg.solve([[1e19, 0], [0, 1e-19]], [1e19, 1e-19]), [1, 1]); // prettier-ignore
        // The entries are rounded to f32, the matrix has condition number 3. Rows and columns of [[2, 1], [1, 3]] times (1e12, 1e-12) and (1e-9, 1e9).
        const a = tf.tensor2d([2e3, 1e21, 1e-21, 3e-3], [2, 2]);
        const x = linalg.solve(a, [3e12, 4e-12]);
        expectClose(tf.mul(x, [1e-9, 1e9]), [1, 1], 5e-7);
      }),
    ));

  it('keeps f64 inside: a condition number of 5e5 costs no digit of f32', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // The Hilbert matrix of size 5, scaled to integers.
        const H = build(5, 5, (i, j) => 2520 / (i + j + 1));
        const b = build(5, 1, (i) => H[i].reduce((sum, value) => sum + value, 0));
        expectClose(linalg.solve(H, b), [1, 1, 1, 1, 1], ONE_ROUNDING);
      }),
    ));
});

describeBackends('linalg.inv', () => {
  it(
    'is the inverse of each matrix',
    property(({n, random, ofA}) => {
      const a = new Batch(ofA, () => randomInvertible(n, random));
      expectSolutions(linalg.inv(a.tensor()), ofA, a.matrices.map(inverse));
    }),
  );
});

describeBackends('linalg.triangularSolve', () => {
  for (const lower of [true, false]) {
    for (const transposed of [false, true]) {
      for (const unitDiagonal of [false, true]) {
        it(
          `solves with ${lower ? 'a lower' : 'an upper'} triangle` +
            (transposed ? ', transposed' : '') +
            (unitDiagonal ? ', with unit diagonal' : ''),
          property(({n, columns, random, batch, ofA, ofB}) => {
            const a = new Batch(ofA, () => randomInvertible(n, random));
            const b = new Batch(ofB, () => randomMatrix(n, columns, random));
            const options = {lower, transpose: transposed, unitDiagonal};
            const x = linalg.triangularSolve(a.tensor(), b.tensor(), options);
            const triangle = (A: Matrix) =>
              build(n, n, (i, j) => (i === j && unitDiagonal ? 1 : i === j || lower === j < i ? A[i][j] : 0));
            const [A, B] = [a.broadcast(batch).map(triangle), b.broadcast(batch)];
            expectSolutions(
              x,
              batch,
              A.map((matrix, i) => solveDense(transposed ? transpose(matrix) : matrix, B[i])),
            );
          }),
        );
      }
    }
  }

  it('does not read the other triangle, nor a unit diagonal', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const T = tf.tensor2d([0, NaN, 3, Infinity], [2, 2]);
        expectClose(linalg.triangularSolve(T, [1, 5], {unitDiagonal: true}), [1, 2]);
      }),
    ));
});

describeBackends('linalg, memory', () => {
  it('leaves nothing but the result, with and without a gradient', () => {
    const random = seededRandom(1);
    const [a, b] = [tf.tensor2d(randomDefinite(3, random)), tf.tensor2d(randomMatrix(3, 2, random))];
    const functions: ((x: tf.Tensor) => tf.Tensor)[] = [
      (x) => linalg.solve(x, b),
      (x) => linalg.solve(x, [1, 2, 3], {assume: 'positiveDefinite'}),
      (x) => linalg.cholesky(x),
      (x) => linalg.choleskySolve(x, b),
      (x) => linalg.triangularSolve(x, b),
      (x) => linalg.inv(x),
      (x) => linalg.det(x),
      (x) => linalg.lstsq(x, b),
    ];
    for (const f of functions) {
      const before = tf.memory().numTensors;
      const y = f(a);
      assert.equal(tf.memory().numTensors, before + 1);
      y.dispose();
      const gradient = tf.grad((x) => tf.sum(f(x)))(a);
      assert.equal(tf.memory().numTensors, before + 1);
      gradient.dispose();
      const twice = tf.grad((x) => tf.sum(tf.grad((v) => tf.sum(tf.square(f(v))))(x)))(a);
      assert.equal(tf.memory().numTensors, before + 1);
      twice.dispose();
    }
    const before = tf.memory().numTensors;
    tf.dispose([linalg.slogdet(a), linalg.eigh(a)]);
    assert.equal(tf.memory().numTensors, before);
    tf.dispose([a, b]);
  });
});
