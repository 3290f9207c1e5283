/** @file Projections onto intervals: their definition, their properties, and their derivatives. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {jvp, vjp} from '../../src/autodiff/index.js';
import {box, nonNegative} from '../../src/projections/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

const entry = fc.float({min: -100, max: 100, noNaN: true, noDefaultInfinity: true});
const vector = fc.array(entry, {minLength: 4, maxLength: 4});

/** The least normal float32, where the backend takes smaller ones for zero, as TensorFlow's does; else nothing. */
const denormal = (): number =>
  tf.tidy(() => (tf.relu(tf.fill([4], 1e-40)).dataSync()[0] === 0 ? 2 ** -126 : 0));

const LOWER = [-1, 0.1, -Infinity, 3];
const UPPER = [1.7, 0.1, 5, Infinity];

const CASES = [
  {
    name: 'nonNegative',
    project: nonNegative,
    lower: [0, 0, 0, 0],
    upper: [Infinity, Infinity, Infinity, Infinity],
  },
  {
    name: 'box',
    project: (x: tf.Tensor) => box(x, {lower: tf.tensor1d(LOWER), upper: tf.tensor1d(UPPER)}),
    lower: LOWER,
    upper: UPPER,
  },
];

describeBackends('projections onto intervals', () => {
  for (const {name, project, lower, upper} of CASES) {
    const valuesOf = (x: number[]): number[] => Array.from(tf.tidy(() => project(tf.tensor1d(x)).dataSync()));

    it(`${name} is the nearest point of its set, to the last bit`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(vector, (x) => {
            const nearest = x.map((value, i) => Math.fround(Math.min(Math.max(value, lower[i]), upper[i])));
            expectClose(valuesOf(x), nearest, 0, denormal());
          }),
        ),
      ));

    it(`${name} is idempotent and non-expansive`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(vector, vector, (x, y) => {
            const [p, q] = [valuesOf(x), valuesOf(y)];
            expectClose(valuesOf(p), p, 0);
            x.forEach((value, i) => {
              const distance = Math.abs(value - y[i]);
              assert.isAtMost(Math.abs(p[i] - q[i]), distance * (1 + 2e-7) + 1e-6);
            });
          }),
        ),
      ));
  }

  it('box stays exact for a point far outside', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        expectClose(
          box(tf.tensor1d([1e10, -1e10, 0.25]), {lower: -0.1, upper: 0.7}),
          [0.7, -0.1, 0.25].map(Math.fround),
          0,
        );
      }),
    ));

  it('box passes the derivative of a clipped entry to its bound', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor2d([-5, 0.5, 9, -5, 0.25, 0.5], [2, 3]);
        const [lower, upper] = [tf.tensor1d([-1, -2, -3]), tf.scalar(1)];
        const f = (...[at, l, u]: tf.Tensor[]) => box(at, {lower: l, upper: u});
        const [dx, dl, du] = vjp(f, [x, lower, upper], tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]));
        expectClose(dx, [0, 2, 0, 0, 5, 6]);
        expectClose(dl, [5, 0, 0]);
        expectClose(du, 3);
        const tangents: tf.Tensor[] = [tf.ones([2, 3]), tf.tensor1d([10, 20, 30]), tf.scalar(100)];
        expectClose(jvp(f, [x, lower, upper] as tf.Tensor[], tangents), [10, 1, 100, 10, 1, 1]);
      }),
    ));

  it('box has these derivatives under tf.grads too', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = (x: tf.Tensor, lower: tf.Tensor, upper: tf.Tensor) =>
          tf.sum(tf.square(box(x, {lower, upper})));
        const [dx, dl, du] = tf.grads(f)([tf.tensor1d([-5, 0.5, 9]), tf.scalar(-1), tf.scalar(2)]);
        expectClose(dx, [0, 1, 0]);
        expectClose(dl, -2);
        expectClose(du, 4);
      }),
    ));

  it('nonNegative has the derivative of its positive entries', () =>
    expectNoLeak(() =>
      tf.tidy(() => expectClose(vjp(nonNegative, [tf.tensor1d([-2, 3])], tf.tensor1d([5, 7]))[0], [0, 7])),
    ));

  it('leave only their result behind outside a tidy', () =>
    expectNoLeak(() => {
      const x = tf.tensor1d([1, -2]);
      const before = tf.memory().numTensors;
      const results = [nonNegative(x), box(x, {lower: 0, upper: 0.5})];
      assert.equal(tf.memory().numTensors, before + 2);
      tf.dispose([x, ...results]);
    }));
});
