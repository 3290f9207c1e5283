/** @file What solvers do where no host can read a tensor: values, statuses and gradients are those of the f64 kernels of the host. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {projections, solvers} from '../../src/index.js';
import '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {describeUnreadable, UNREADABLE, valuesOf} from '../helpers/unreadable.js';

interface Work {
  inputs: () => tf.Tensor[];
  run: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** Relative to the largest entry: some searches go only as far as f32 does. */
  tolerance?: number;
}

const costs = () => tf.tensor3d([0.3, -0.4, 0.9, 0.1, 0.7, -0.2, 2, 0, -1, 0.5, 0.5, 0.4], [2, 2, 3]);
/** Their softmax has sums of 1, whatever a derivative changes. */
const logits = () => [
  tf.tensor2d([0.75, 0.25, -0.4, 0.6], [2, 2]),
  tf.tensor2d([0.5, 0.25, 0.25, 0.2, 0.2, 0.6], [2, 3]),
];
const section = (w: number[]) => ({
  inputs: () => [
    tf.tensor2d([0.9, -0.2, 0.4, 0.3, 3, 2.5, -1, 0, 0.1, 0.1, 0.1, 0.1], [3, 4]),
    tf.tensor1d([1, 1.5, 0.75]),
  ],
  run: (x: tf.Tensor, c: tf.Tensor) =>
    projections.boxSection(x, {lower: -0.25, upper: 0.8, w: tf.tensor1d(w), c}),
});
const cone = (cones: projections.Cones) =>
  new solvers.ConicSplitting((v) => projections.dualConeProduct(v, cones), {maxIterations: 200});

const WORK: Record<string, Work> = {
  'box sections': section([1, 1, 1, 1]),
  'box sections with weights of both signs': section([1, -0.5, 2, 0.75]),
  'transport plans of least norm': {
    inputs: () => [costs(), ...logits()],
    run: (x, a, b) => projections.transport(x, {a: tf.softmax(a), b: tf.softmax(b)}),
    tolerance: 1e-5,
  },
  'transport plans of most entropy': {
    inputs: () => [costs(), ...logits()],
    run: (x, a, b) => projections.klTransport(x, {a: tf.softmax(a), b: tf.softmax(b)}),
    tolerance: 1e-5,
  },
  'a cone of second order': {
    inputs: () => [tf.tensor2d([1, 2, -0.5, -3, 0.5, 1], [2, 3]), tf.tensor2d([1.5, 0.5], [2, 1])],
    run: (c, r) =>
      cone({secondOrder: [4]}).run(null, {
        ...{c, d: tf.concat([r, tf.zeros([2, 3])], 1)},
        E: tf.neg(tf.concat([tf.zeros([1, 1, 3]), tf.expandDims(tf.eye(3), 0)], 1)),
      }).x.x,
    tolerance: 1e-4,
  },
};

/** Values, and the gradients of a sum of them in all inputs. */
function resultsOf({inputs, run}: Work): number[][] {
  return tf.tidy(() => {
    const given = inputs();
    let values: number[] = [];
    const gradients = tf.grads((...at: tf.Tensor[]) => {
      const result = run(...at);
      values = valuesOf(result);
      const weights = tf.reshape(tf.sin(tf.add(1, tf.mul(3, tf.range(0, result.size)))), result.shape);
      return tf.sum(tf.mul(result, weights));
    })(given);
    return [values, ...gradients.map(valuesOf)] as never;
  }) as unknown as number[][];
}

describeUnreadable('solvers beside the f64 kernels', () => {
  for (const [name, work] of Object.entries(WORK)) {
    it(`${name}, and the gradients`, async () => {
      await tf.setBackend('cpu');
      const expected = resultsOf(work);
      await tf.setBackend(UNREADABLE);
      await expectNoLeak(() =>
        resultsOf(work).forEach((values, i) =>
          expectClose(values, expected[i], work.tolerance ?? 2e-6, work.tolerance ?? 1e-6),
        ),
      );
    });
  }

  it('a row that no box section has, and one that is NaN, become NaN alone', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor2d([1, 2, NaN, 0, 1, 2], [3, 2]);
        const y = projections.boxSection(x, {c: tf.tensor1d([3, 1, 1])});
        expectClose(valuesOf(tf.slice(y, 2, 1)), [0, 1], 1e-6);
        assert.deepEqual(valuesOf(tf.slice(y, 0, 2)), [NaN, NaN, NaN, NaN]);
      }),
    ));

  it('a transport plan that does not exist, and one that is NaN, become NaN alone', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const plan of [projections.transport, projections.klTransport]) {
          const x = tf.tensor3d([0, 0, 0, 0, 0, 0, 0, 0, NaN, 0, 0, 0, 0, 0, 0, 0], [4, 2, 2]);
          const a = tf.tensor2d([1, 1, 1, 1, 1, 1, 3, 1], [4, 2]);
          const b = tf.tensor2d([1, 1, 1, 2, 1, 1, 2, 2], [4, 2]);
          const rows = valuesOf(plan(x, {a, b}));
          expectClose(
            [...rows.slice(0, 4), ...rows.slice(12)],
            [0.5, 0.5, 0.5, 0.5, 1.5, 1.5, 0.5, 0.5],
            1e-5,
          );
          assert.deepEqual(rows.slice(4, 12), Array<number>(8).fill(NaN));
        }
      }),
    ));

  it('a sharp plan is found from far away', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // All of it lies where the cost is least, but for what the sums do not allow.
        const x = tf.tensor3d([40, 0, -25, 3, 60, -9, 0, 31, 20], [1, 3, 3]);
        const [a, b] = [tf.tensor1d([0.2, 0.5, 0.3]), tf.tensor1d([0.2, 0.7, 0.1])];
        const plan = valuesOf(projections.klTransport(x, {a, b}));
        expectClose(plan, [0.2, 0, 0, 0, 0.5, 0, 0, 0.2, 0.1], 0, 1e-5);
      }),
    ));

  it('a conic program is solved as well as f32 can, whatever is asked', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solver = new solvers.ConicSplitting((v) => projections.dualConeProduct(v, {nonNegative: 2}), {
          tolerance: 1e-15,
          maxIterations: 200,
        });
        const {x, state} = solver.run(null, {
          c: tf.tensor2d([0.3, -1.7], [2, 1]),
          E: tf.tensor3d([1, -0.7], [1, 2, 1]),
          d: tf.tensor2d([1.1, 2.3], [1, 2]),
        });
        assert.deepEqual(valuesOf(state.status), [0, 0]);
        expectClose(valuesOf(x.x), [-2.3 / 0.7, 1.1], 1e-5);
        expectClose(valuesOf(x.dual), [0, 0.3 / 0.7, 1.7, 0], 1e-5, 1e-5);
        expectClose(valuesOf(x.slack), [1.1 + 2.3 / 0.7, 0, 0, 2.3 + 0.77], 1e-5, 1e-5);
      }),
    ));

  it('conic programs without a solution say so', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // z ≤ 1, −z ≤ d: none for d = −2, no end for d = Infinity and c = 1, z = −1 for d = 1; and NaN.
        const {x, state} = cone({nonNegative: 2}).run(null, {
          c: tf.tensor2d([1, 1, 1, NaN], [4, 1]),
          E: tf.tensor3d([1, -1], [1, 2, 1]),
          d: tf.tensor2d([1, -2, 1, Infinity, 1, 1, 1, 1], [4, 2]),
        });
        assert.deepEqual(valuesOf(state.status), [1, 2, 0, 5]);
        expectClose(valuesOf(x.x), [0, 0, -1, 0], 1e-4);
      }),
    ));
});
