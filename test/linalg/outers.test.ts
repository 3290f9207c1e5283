/** @file Sums of outer products against the same by tensor operations, with their derivatives. */
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import {sumOfOuters} from '../../src/linalg/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

describeBackends('sumOfOuters', () => {
  it('is Σ a bᵀ for each sample, or over all of them, with first and second derivatives', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(
          fc.integer({min: 1, max: 3}),
          fc.integer({min: 1, max: 5}),
          fc.integer({min: 1, max: 5}),
          fc.integer({min: 1, max: 2}),
          fc.boolean(),
          fc.nat(),
          (batch, rows, columns, count, shared, seed) =>
            tf.tidy(() => {
              const draw = (shape: number[], i: number) => tf.randomNormal(shape, 0, 1, 'float32', seed + i);
              const inputs = Array.from({length: 2 * count}, (_, i) =>
                draw([batch, i % 2 === 0 ? rows : columns], i),
              );
              const weights = draw([shared ? 1 : batch, rows, columns], 9);
              const plain = (pairs: [tf.Tensor, tf.Tensor][]) => {
                const sum = tf.addN(pairs.map(([a, b]) => tf.mul(tf.expandDims(a, 2), tf.expandDims(b, 1))));
                return shared ? tf.sum(sum, 0, true) : sum;
              };
              const ours = (pairs: [tf.Tensor, tf.Tensor][]) => sumOfOuters(pairs, shared ? 1 : batch);
              const results = [ours, plain].map((f) => {
                const value = (...x: tf.Tensor[]) =>
                  f(Array.from({length: count}, (_, i) => [x[2 * i], x[2 * i + 1]]));
                const loss = (...x: tf.Tensor[]) => tf.sum(tf.mul(weights, tf.square(value(...x))));
                const slope = (...x: tf.Tensor[]) =>
                  tf.sum(
                    tf.square(
                      tf.addN(
                        tf
                          .grads(loss)(x)
                          .map((part) => tf.sum(part)),
                      ),
                    ),
                  );
                return [value(...inputs), ...tf.grads(loss)(inputs), ...tf.grads(slope)(inputs)];
              });
              results[0].forEach((tensor, i) =>
                expectClose(tensor.dataSync(), results[1][i].dataSync(), 1e-4, 1e-5),
              );
            }),
        ),
        {numRuns: 40},
      ),
    ));
});
