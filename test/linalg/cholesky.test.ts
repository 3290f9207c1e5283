/** @file Cholesky factors, and systems solved with them, against f64. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {linalg} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {build, choleskyDense, multiply, solveDense, transpose} from './dense.js';
import {Batch, matricesOf, pairs, randomDefinite, randomMatrix} from './random.js';

const ONE_ROUNDING = 6.1e-8;

describeBackends('linalg.cholesky', () => {
  it('is lower triangular with a positive diagonal, and L Lᵀ = a', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(pairs, ({n, random, ofA}) =>
          tf.tidy(() => {
            const a = new Batch(ofA, () => randomDefinite(n, random));
            const L = linalg.cholesky(a.tensor());
            assert.deepEqual(L.shape, a.shape);
            matricesOf(L).forEach((factor, sample) => {
              const A = a.matrices[sample];
              expectClose(factor.flat(), choleskyDense(A).flat(), ONE_ROUNDING);
              expectClose(multiply(factor, transpose(factor)).flat(), A.flat(), 3 * ONE_ROUNDING);
              factor.forEach((row, i) => row.forEach((value, j) => j > i && assert.equal(value, 0)));
            });
          }),
        ),
        {numRuns: 60},
      ),
    ));

  it('reads only the lower triangle', () =>
    expectNoLeak(() =>
      tf.tidy(() => expectClose(linalg.cholesky(tf.tensor2d([4, NaN, 2, 10], [2, 2])), [2, 0, 1, 3])),
    ));
});

describeBackends('linalg.choleskySolve', () => {
  it('solves L Lᵀ x = b', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(pairs, ({n, columns, random, batch, ofA, ofB}) =>
          tf.tidy(() => {
            const l = new Batch(ofA, () => randomDefinite(n, random));
            const b = new Batch(ofB, () => randomMatrix(n, columns, random));
            const x = linalg.choleskySolve(l.tensor(), b.tensor());
            assert.deepEqual(x.shape, [...batch, n, columns]);
            const [L, B] = [l.broadcast(batch), b.broadcast(batch)];
            matricesOf(x).forEach((solution, i) => {
              // What stands above the diagonal is not read.
              const lower = build(n, n, (row, column) => (column <= row ? L[i][row][column] : 0));
              const expected = solveDense(multiply(lower, transpose(lower)), B[i]);
              expectClose(solution.flat(), expected.flat(), ONE_ROUNDING);
            });
          }),
        ),
        {numRuns: 60},
      ),
    ));

  it('takes a vector', () =>
    expectNoLeak(() =>
      tf.tidy(() => expectClose(linalg.choleskySolve(tf.tensor2d([2, 0, 1, 3], [2, 2]), [8, 13]), [1.5, 1])),
    ));
});
