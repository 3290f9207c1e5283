/** @file Gradients over batches that broadcast: those of a shared matrix are sums over the samples that share it. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {linalg, vjp} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {build, type Matrix} from './dense.js';
import {
  Batch,
  matricesOf,
  pairs,
  randomDefinite,
  randomInvertible,
  randomMatrix,
  type Random,
} from './random.js';

type Two = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const FUNCTIONS: {name: string; f: Two; make: (n: number, random: Random) => Matrix}[] = [
  {name: 'solve', f: (a, b) => linalg.solve(a, b), make: randomInvertible},
  {name: 'solve, adjoint', f: (a, b) => linalg.solve(a, b, {transpose: true}), make: randomInvertible},
  {
    name: 'solve, positive definite',
    f: (a, b) => linalg.solve(a, b, {assume: 'positiveDefinite'}),
    make: randomDefinite,
  },
  {name: 'choleskySolve', f: (a, b) => linalg.choleskySolve(a, b), make: randomInvertible},
  {
    name: 'triangularSolve',
    f: (a, b) => linalg.triangularSolve(a, b, {lower: false, transpose: true}),
    make: randomInvertible,
  },
  {name: 'lstsq', f: (a, b) => linalg.lstsq(a, b), make: randomInvertible},
];

/** For each matrix of a batch, the sum of the matrices of the samples that use it. */
function sums(batch: Batch, used: Matrix[], matrices: Matrix[]): Matrix[] {
  return batch.matrices.map((own) =>
    build(own.length, own[0].length, (i, j) =>
      matrices.reduce((sum, matrix, sample) => sum + (used[sample] === own ? matrix[i][j] : 0), 0),
    ),
  );
}

const stacked = (matrices: Matrix[]): tf.Tensor => tf.tensor3d(matrices);

describeBackends('gradients of linalg over broadcast batches', () => {
  for (const {name, f, make} of FUNCTIONS) {
    it(`of ${name} are sums, to second order`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(pairs, ({n: size, columns, random, batch, ofA, ofB}) =>
            tf.tidy(() => {
              const n = Math.min(size, 5);
              const a = new Batch(ofA, () => make(n, random));
              const b = new Batch(ofB, () => randomMatrix(n, columns, random));
              const w = new Batch(batch, () => randomMatrix(n, columns, random));
              const [v, u] = [a, b].map(
                ({own, matrices: [first]}) => new Batch(own, () => randomMatrix(n, first[0].length, random)),
              );
              const [usedA, usedB] = [a.broadcast(batch), b.broadcast(batch)];
              const [usedV, usedU] = [v.broadcast(batch), u.broadcast(batch)];

              const gradients = (weights: tf.Tensor) => (x: tf.Tensor, y: tf.Tensor) =>
                vjp((p: tf.Tensor, q: tf.Tensor) => f(p, q), [x, y], weights);
              const shared = gradients(w.tensor());
              const ours = shared(a.tensor(), b.tensor());
              const twice = vjp(shared, [a.tensor(), b.tensor()], [v.tensor(), u.tensor()]);
              const each = gradients(stacked(w.matrices));
              const ones = each(stacked(usedA), stacked(usedB));
              const twos = vjp(each, [stacked(usedA), stacked(usedB)], [stacked(usedV), stacked(usedU)]);

              for (const [actual, expected] of [
                [ours, ones],
                [twice, twos],
              ]) {
                assert.deepEqual(
                  actual.map(({shape}) => shape),
                  [a.shape, b.shape],
                );
                expectClose(actual[0], sums(a, usedA, matricesOf(expected[0])).flat(2), 2e-6);
                expectClose(actual[1], sums(b, usedB, matricesOf(expected[1])).flat(2), 2e-6);
              }
            }),
          ),
          {numRuns: 15},
        ),
      ));
  }

  it('reach a vector that all matrices share', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const a = tf.tensor3d([2, 0, 0, 4, 1, 0, 0, 8], [2, 2, 2]);
        const [da, db] = tf.grads((x, y) => tf.sum(linalg.solve(x, y)))([a, tf.tensor1d([2, 8])]);
        assert.deepEqual(db.shape, [2]);
        expectClose(db, [1.5, 0.375]);
        expectClose(da, [-0.5, -1, -0.25, -0.5, -2, -1, -0.25, -0.125]);
      }),
    ));
});
