/** @file Operators of structured matrices: against the matrix entry by entry, and misuse. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {cg, gmres, lu, operators} from '../../src/linsolve/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';
import {STRUCTURED, structuredExample} from './structured-operators.js';

/** One system, a batch of matrices, and one matrix for a batch of vectors. */
const recipes = fc.record({
  seed: fc.nat(2 ** 31),
  samples: fc.integer({min: 1, max: 3}),
  kind: fc.constantFrom('single', 'batched', 'shared'),
});

describeBackends('structured operators', () => {
  for (const name of STRUCTURED) {
    it(`${name} is its matrix: products, transposed products, diagonal, adjoint`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(recipes, ({seed, samples, kind}) =>
            tf.tidy(() => {
              const single = kind === 'single';
              const rows = single ? 1 : samples;
              const batched = {single: false, batched: undefined, shared: true}[kind];
              const batch = kind === 'batched' ? samples : null;
              const {n, operator, entry} = structuredExample(name, {seed, batch, options: {batched}});
              assert.equal(operator.batched, !single);
              const next = seededRandom(seed + 1);
              const random = () => Array.from({length: rows * n}, () => Math.fround(2 * next() - 1));
              const [v, w] = [random(), random()];
              const shape = single ? [n] : [rows, n];
              const images = [false, true].map((transpose) =>
                Array.from({length: rows * n}, (_, at) => {
                  const [s, i] = [Math.floor(at / n), at % n];
                  let sum = 0;
                  for (let j = 0; j < n; j++) {
                    sum += (transpose ? entry(s, j, i) : entry(s, i, j)) * v[s * n + j];
                  }
                  return sum;
                }),
              );
              const vector = tf.tensor(v, shape);
              const product = operator.apply(vector);
              const transposed = operator.applyTranspose(vector);
              assert.deepEqual(product.shape, shape);
              expectClose(product, images[0], 1e-6, 1e-6);
              expectClose(transposed, images[1], 1e-6, 1e-6);
              expectClose(
                tf.sum(tf.mul(product, tf.tensor(w, shape))),
                tf.sum(tf.mul(vector, operator.applyTranspose(tf.tensor(w, shape)))),
                1e-5,
                1e-5,
              );
              const matrices = operator.materialize(shape);
              const count = kind === 'batched' && name !== 'csr' ? rows : 1;
              assert.deepEqual(matrices.shape, [count, n, n]);
              const all = Array.from({length: count * n * n}, (_, at) =>
                entry(Math.floor(at / (n * n)), Math.floor(at / n) % n, at % n),
              );
              expectClose(matrices, all, 1e-6, 1e-6);
              const diagonal = operator.diagonal!(shape);
              assert.deepEqual(diagonal.shape, [count, n]);
              expectClose(
                diagonal,
                all.filter((_, at) => Math.floor(at / n) % n === at % n),
                1e-6,
                1e-6,
              );
              operator.dispose();
            }),
          ),
          {numRuns: 40},
        ),
      ));

    it(`${name} takes vectors of any shape, and only of its size`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const {n, operator} = structuredExample(name, {seed: 3, batch: null, options: {batched: true}});
          const image = operator.apply(tf.ones([2, 1, n]));
          assert.deepEqual(image.shape, [2, 1, n]);
          expectClose(image, operator.apply(tf.ones([2, n])));
          for (const product of ['apply', 'applyTranspose'] as const) {
            assert.match(
              messageOf(() => operator[product](tf.ones([2, n + 1]))),
              new RegExp(
                `^operators.${name}: a vector must have any number of samples of ${n} entries, got shape`,
              ),
            );
          }
          operator.dispose();
        }),
      ));

    it(`${name} leaves tensors to their owner, and no intermediates`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const {n, operator} = structuredExample(name, {seed: 4, batch: null, options: {batched: true}});
          const v = tf.ones([2, n]);
          const before = tf.memory().numTensors;
          const results = [
            operator.apply(v),
            operator.applyTranspose(v),
            operator.materialize([2, n]),
            operator.diagonal!([2, n]),
          ];
          operator.dispose();
          assert.equal(tf.memory().numTensors, before + results.length);
          tf.dispose(results);
          // What it was made of is still there.
          tf.dispose(operator.apply(v));
          operator.dispose();
          assert.equal(tf.memory().numTensors, before);
        }),
      ));
  }

  it('are solved with, one factor for a shared matrix', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // [[4, 1, 0], [1, 3, 0], [0, 1, 2]], with its 4 in two parts.
        const data = tf.tensor1d([1, 1, 3, 1, 3, 1, 2]);
        const operator = operators.csr({
          data,
          indices: [0, 1, 0, 0, 1, 1, 2],
          indptr: [0, 3, 5, 7],
          shape: [3, 3],
        });
        const b = tf.tensor2d([
          [5, 4, 3],
          [9, 5, 5],
        ]);
        for (const solver of [lu(), gmres()]) {
          const factorization = solver.factor(operator);
          expectClose(factorization.solve(b), [1, 1, 1, 2, 1, 2], 1e-5);
          // Aᵀ (1, 1, 1) = (5, 5, 2).
          expectClose(factorization.solveTranspose(tf.tensor2d([[5, 5, 2]])), [1, 1, 1], 1e-5);
          factorization.dispose();
        }
        operator.dispose();
      }),
    ));

  it('know when they are symmetric', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const d = tf.tensor1d([1, 2]);
        const [U, V] = [tf.ones([2, 1]), tf.ones([2, 1])];
        assert.isTrue(operators.diagonal(d).tags.symmetric);
        assert.deepEqual(operators.diagonal(d, {tags: {positiveDefinite: true}}).tags, {
          symmetric: true,
          positiveDefinite: true,
        });
        const low = operators.lowRankPlusDiagonal({diagonal: d, U}, {tags: {positiveDefinite: true}});
        assert.deepEqual(low.tags, {symmetric: true, positiveDefinite: true});
        assert.isUndefined(operators.lowRankPlusDiagonal({diagonal: d, U, V}).tags.symmetric);
        const factorization = cg().factor(low);
        // [[2, 1], [1, 3]].
        expectClose(factorization.solve(tf.tensor1d([3, 4])), [1, 1], 1e-6);
        factorization.dispose();
        assert.deepEqual(operators.kronecker(tf.eye(2), tf.eye(2), {tags: {symmetric: true}}).tags, {
          symmetric: true,
        });
      }),
    ));

  it('refuse what does not fit', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {diagonal, blockDiagonal, kronecker, lowRankPlusDiagonal} = operators;
        const square = tf.eye(2);
        const three = tf.ones([3, 2, 2]);
        const refused: [() => unknown, RegExp][] = [
          [
            () => diagonal(tf.scalar(1)),
            /^operators.diagonal: d must have shape \[n\] or \[B, n\], got \[\]/,
          ],
          [() => diagonal(tf.ones([3, 2]), {batched: false}), /batched cannot be false for a batch of 3/],
          [
            () => diagonal(tf.ones([3, 2])).apply(tf.ones([2, 2])),
            /must have 3 samples of 2 entries, got shape \[2,2\]/,
          ],
          [() => diagonal(tf.ones([2])).apply(tf.ones([3])), /a vector must have 2 entries, got shape \[3\]/],
          [() => blockDiagonal([]), /^operators.blockDiagonal: at least one block is needed/],
          [() => blockDiagonal([square, tf.ones([2, 3])]), /block 1 must have shape \[n, n\] or \[B, n, n\]/],
          [() => blockDiagonal([three, tf.ones([2, 1, 1])]), /the batch axes must agree, got 3 and 2/],
          [() => kronecker(square, tf.ones([2])), /^operators.kronecker: B must have shape/],
          [() => kronecker(tf.ones([2, 3]), square), /^operators.kronecker: A must have shape/],
          [
            () => lowRankPlusDiagonal({diagonal: tf.ones([3]), U: square}),
            /^operators.lowRankPlusDiagonal: expected a diagonal \[n\].*got \[3\], \[2,2\] and \[2,2\]/,
          ],
          [() => lowRankPlusDiagonal({diagonal: tf.ones([2]), U: square, V: tf.ones([2, 1])}), /and \[2,1\]/],
          [() => lowRankPlusDiagonal({diagonal: tf.ones([4, 2]), U: three}), /must agree, got 4 and 3/],
        ];
        for (const [f, message] of refused) assert.match(messageOf(f), message);
      }),
    ));

  it('csr refuses positions that are none', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const valid = {
          data: tf.tensor1d([1, 2]) as tf.Tensor,
          indices: [0, 1],
          indptr: [0, 1, 2],
          shape: [2, 2] as [number, number],
        };
        const refused: [Partial<operators.CsrMatrix>, RegExp][] = [
          [{shape: [2, 3]}, /the matrix must be square, got shape \[2,3\]/],
          [{data: tf.ones([1, 2])}, /data must have shape \[nnz\]/],
          [{indices: [0]}, /2 entries need 2 column indices, got 1/],
          [{indptr: [0, 2]}, /2 rows need 3 entries of indptr, got 2/],
          [{indptr: [0, 1, 3]}, /indptr must go from 0 to 2, got 0 to 3/],
          [{indptr: [0, 3, 2]}, /indptr must contain ascending integers, got 3 before 2/],
          [{indptr: [0, 0.5, 2]}, /indptr must contain ascending integers, got 0 before 0.5/],
          [{indices: [0, 2]}, /column index 1 must be an integer from 0 to 1, got 2/],
          [{indices: [0.5, 1]}, /column index 0 must be an integer from 0 to 1, got 0.5/],
        ];
        for (const [change, message] of refused) {
          assert.match(
            messageOf(() => operators.csr({...valid, ...change})),
            message,
          );
        }
      }),
    ));
});
