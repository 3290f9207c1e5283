/** @file Linear solvers on sparse matrices: the solutions, statuses and errors of the dense matrices. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {customRoot, sparseMatrix} from '../../src/index.js';
import {
  auto,
  bicgstab,
  cg,
  cholesky,
  gmres,
  lu,
  minres,
  normalCg,
  operators,
  qr,
  SingularMatrixError,
  type LinearSolver,
} from '../../src/linsolve/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {randomOf} from '../helpers/random.js';
import {describeUnreadable} from '../helpers/unreadable.js';
import {solveExactly} from '../zoo/linear-systems.js';

const SYMMETRIC = {tags: {symmetric: true}};
const DEFINITE = {tags: {symmetric: true, positiveDefinite: true}};

/** Entries around the diagonal, some places twice; definite if `symmetric`. */
function randomMatrix(n: number, symmetric: boolean, seed: number) {
  const random = randomOf(`sparse ${seed}`);
  const [rows, columns, values]: number[][] = [[], [], []];
  const add = (i: number, j: number, value: number) => {
    rows.push(i);
    columns.push(j);
    values.push(Math.fround(value));
  };
  for (let i = 0; i < n; i++) {
    add(i, i, 1 + random());
    add(i, i, 1 + random());
    for (const j of [(i + 1) % n, (i + 3) % n]) {
      if (j === i) continue;
      const value = random() - 0.5;
      add(i, j, value);
      if (symmetric) add(j, i, value);
    }
  }
  const whole = Array.from({length: n}, () => Array<number>(n).fill(0));
  rows.forEach((i, e) => (whole[i][columns[e]] += values[e]));
  return {n, rows, columns, values, whole};
}

const transposed = (M: number[][]) => M.map((row, i) => row.map((_, j) => M[j][i]));

describeBackends('linear solvers of sparse matrices', () => {
  const cases: [name: string, solver: LinearSolver, symmetric: boolean, options: object][] = [
    ['lu', lu(), false, {}],
    ['auto', auto(), false, {}],
    ['auto, tagged', auto(), true, DEFINITE],
    ['cholesky', cholesky(), true, {}],
    ['qr', qr(), false, {}],
    ['cg', cg({tolerance: 1e-9}), true, DEFINITE],
    ['minres', minres({tolerance: 1e-9}), true, SYMMETRIC],
    ['gmres', gmres({tolerance: 1e-9}), false, {}],
    ['bicgstab', bicgstab({tolerance: 1e-9}), false, {}],
    ['normalCg', normalCg({tolerance: 1e-9}), false, {}],
  ];
  for (const [name, solver, symmetric, options] of cases) {
    it(`${name} solves with the matrix and with its transpose, one system or a batch`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(fc.integer({min: 1, max: 20}), fc.nat(10_000), fc.boolean(), (n, seed, isBatch) =>
            tf.tidy(() => {
              const {rows, columns, values, whole} = randomMatrix(n, symmetric, seed);
              const other = values.map((value) => 2 * value);
              const matrix = sparseMatrix({
                ...{shape: [n, n], rows, columns},
                values: isBatch ? tf.tensor2d([values, other]) : tf.tensor1d(values),
              });
              const operator = operators.sparse(matrix, options);
              const factors = solver.factor(operator);
              const b = Array.from({length: n}, (_, i) => Math.fround(Math.cos(seed + i)));
              const right = isBatch ? tf.tensor2d([b, b]) : tf.tensor1d(b);
              for (const transpose of [false, true]) {
                const x = transpose ? factors.solveTranspose(right) : factors.solve(right);
                const expected = solveExactly((transpose ? transposed(whole) : whole).flat(), b);
                const half = expected.map((value) => value / 2);
                expectClose(x, isBatch ? [...expected, ...half] : expected, 1e-6, 1e-7);
                expectClose(factors.info!.converged, isBatch ? [1, 1] : [1], 0);
              }
              factors.dispose();
              operator.dispose();
            }),
          ),
          {numRuns: 15},
        ),
      ));
  }

  it('auto gives a singular system its least-squares solution of least norm, and says what is left', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const matrix = sparseMatrix({
          ...{shape: [3, 3], rows: [0, 0, 1, 1], columns: [0, 1, 0, 1], values: [1, 1, 1, 1]},
        });
        for (const solver of [auto(), lu()]) {
          const factors = solver.factor(operators.sparse(matrix));
          expectClose(factors.solve(tf.tensor1d([2, 4, 0])), [1.5, 1.5, 0], 1e-6, 1e-6);
          expectClose(factors.info!.converged, [0], 0);
          expectClose(factors.solveTranspose(tf.tensor1d([3, 3, 0])), [1.5, 1.5, 0], 1e-6, 1e-6);
          expectClose(factors.info!.converged, [1], 0);
          factors.dispose();
        }
      }),
    ));

  it('cholesky refuses what is not definite, with the sample; a tag that is wrong is none', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const eye = {shape: [2, 2] as const, rows: [0, 1], columns: [0, 1]};
        const values = tf.tensor2d([[1, 2], [1, -2]]); // prettier-ignore
        const operator = operators.sparse(sparseMatrix({...eye, values}), DEFINITE);
        const right = tf.tensor2d([[1, 2], [1, 2]]); // prettier-ignore
        const factors = cholesky().factor(operator);
        assert.throws(
          () => factors.solve(right),
          SingularMatrixError,
          'matrix of sample 1 is not symmetric and',
        );
        const rescued = auto().factor(operator);
        expectClose(rescued.solve(right), [1, 1, 1, -1]);
        rescued.dispose();
        factors.dispose();
      }),
    ));

  it('operators.sparse says what does not fit', () => {
    const wide = sparseMatrix({shape: [1, 2], rows: [0], columns: [1], values: [1]});
    assert.equal(messageOf(() => operators.sparse(wide)), 'operators.sparse: the matrix must be square, got [1, 2].'); // prettier-ignore
    const one = sparseMatrix({shape: [2, 2], rows: [0], columns: [1], values: [1]});
    tf.tidy(() => {
      const operator = operators.sparse(one);
      assert.match(messageOf(() => operator.apply(tf.ones([3]))), /a vector must have 2 entries, got shape \[3\]/); // prettier-ignore
    });
    assert.match(
      messageOf(() => operators.sparse(one, {batch: 1} as never)),
      /unknown option 'batch'/,
    );
  });

  it('of 20,000 unknowns is solved without a dense matrix', () =>
    tf.tidy(() => {
      const n = 20_000;
      const at = (from: number, count: number) => Int32Array.from({length: count}, (_, i) => i + from);
      const rows = Int32Array.of(...at(0, n), ...at(1, n - 1));
      const columns = Int32Array.of(...at(0, n), ...at(0, n - 1));
      const values = Float32Array.from(rows, (_, e) => (e < n ? 2 : -1));
      const operator = operators.sparse(sparseMatrix({shape: [n, n], rows, columns, values}));
      const x = lu()
        .factor(operator)
        .solve(tf.ones([n]));
      expectClose(tf.slice(x, [0], [3]), [0.5, 0.75, 0.875], 1e-6);
      expectClose(tf.slice(x, [n - 2], [2]), [1, 1], 1e-6);
    }));

  it('differentiates a root by the sparse matrix that its condition brings along', () =>
    tf.tidy(() => {
      const {n, rows, columns, values, whole} = randomMatrix(6, false, 3);
      const A = sparseMatrix({shape: [n, n], rows, columns, values});
      const dense = tf.tensor2d(whole);
      const condition = (x: tf.Tensor, b: tf.Tensor) =>
        tf.sub(tf.reshape(tf.matMul(dense, tf.reshape(x, [n, 1])), [n]), b);
      condition.linearize = () => operators.sparse(A);
      const solver = (_init: tf.Tensor, b: tf.Tensor) => lu().factor(operators.sparse(A)).solve(b);
      const root = customRoot(condition, {batched: false, linsolve: lu()})(solver);
      const b = tf.tensor1d(Array.from({length: n}, (_, i) => i - 2));
      const gradient = tf.grad((right: tf.Tensor) => tf.sum(root(tf.zeros([n]), right)) as tf.Scalar)(b);
      expectClose(gradient, solveExactly(transposed(whole).flat(), Array<number>(n).fill(1)), 1e-6);
    }));
});

describeUnreadable('sparse operators where the host cannot read', () => {
  it('say so', () => {
    const matrix = sparseMatrix({shape: [1, 1], rows: [0], columns: [0], values: [1]});
    assert.match(messageOf(() => operators.sparse(matrix)), /operators.sparse: .*'unreadable'.*tf.setBackend/); // prettier-ignore
  });
});
