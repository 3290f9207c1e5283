/** @file The multiclass losses against their closed forms: values, slopes, curvature, margins, large logits. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {vjp} from '../../src/autodiff/index.js';
import * as losses from '../../src/losses/index.js';
import {describeBackends} from '../helpers/backends.js';
import {tries} from '../helpers/effort.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {HESSIANS, MULTICLASS} from './closed-forms.js';

/** Logits without ties, which a slope could not be compared at, and a distribution that may have zeros. */
const cases = fc
  .integer({min: 1, max: 7})
  .chain((n) =>
    fc.tuple(
      fc.uniqueArray(fc.integer({min: -40, max: 40}), {minLength: n, maxLength: n}),
      fc.array(fc.integer({min: 0, max: 3}), {minLength: n, maxLength: n}),
      fc.nat(n - 1),
    ),
  )
  .map(([steps, weights, label]) => {
    const total = weights.reduce((a, b) => a + b, 0);
    const soft = total > 0 ? weights.map((w) => w / total) : steps.map((_, i) => Number(i === label));
    return {theta: steps.map((k, i) => k / 11 + 1e-3 * Math.sin(i + 1)), soft, label};
  });

const numbers = (x: tf.Tensor) => Array.from(x.dataSync());
const oneHot = (label: number, n: number) => Array.from({length: n}, (_, i) => Number(i === label));
/** Entries of up to 4 in f32. */
const ROUNDING = 1e-6;

describeBackends('multiclass losses', () => {
  for (const {name, f, value, prediction, targetSlope, margin} of MULTICLASS) {
    const slopeAt = (y: tf.Tensor, theta: tf.Tensor) =>
      vjp((x: tf.Tensor) => f(y, x), [theta], tf.ones(theta.shape.slice(0, -1)))[0];

    it(`${name} has the value and the slopes of its closed form, for distributions and for indices`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(cases, ({theta, soft, label}) =>
            tf.tidy(() => {
              const [y, x] = [tf.tensor1d(soft), tf.tensor1d(theta)] as tf.Tensor[];
              expectClose(f(y, x), value(soft, theta), ROUNDING, 2 * ROUNDING);
              const [dy, dx] = vjp(f, [y, x], tf.scalar(1));
              expectClose(
                dx,
                prediction(soft, theta).map((p, i) => p - soft[i]),
                0,
                ROUNDING,
              );
              expectClose(dy, targetSlope(soft, theta), ROUNDING, ROUNDING);
              const index = tf.scalar(label, 'int32');
              const hard = oneHot(label, theta.length);
              expectClose(f(index, x), value(hard, theta), ROUNDING, 2 * ROUNDING);
              expectClose(f(tf.tensor1d(hard), x), numbers(f(index, x)));
              expectClose(
                slopeAt(index, x),
                prediction(hard, theta).map((p, i) => p - hard[i]),
                0,
                ROUNDING,
              );
            }),
          ),
          tries(60),
        ),
      ));

    it(`${name} is convex, not negative, and invariant to a shift of the logits`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(cases, fc.integer({min: -8, max: 8}), ({theta, soft}, shift) =>
            tf.tidy(() => {
              const other = theta.map((_, i) => 3 * Math.sin(5 * i + shift));
              const rows = [
                theta,
                theta.map((a, i) => (a + other[i]) / 2),
                other,
                theta.map((a) => a + shift),
              ];
              const [fa, fm, fb, shifted] = numbers(
                f(tf.tensor2d([soft, soft, soft, soft]), tf.tensor2d(rows)),
              );
              assert.isAtMost(fm, (fa + fb) / 2 + 4 * ROUNDING);
              assert.approximately(shifted, fa, 8 * ROUNDING);
              assert.isAtLeast(Math.min(fa, fm, fb, shifted), 0);
            }),
          ),
          tries(60),
        ),
      ));

    it(`${name} has a product with its Hessian, by vjp of vjp and under tf.grad of tf.grad`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const theta = [0.3, -0.2, 1.1, -3];
          const v = [0.4, -1, 0.7, 0.2];
          const expected = HESSIANS[name](theta, v);
          const y = tf.scalar(1, 'int32');
          const x: tf.Tensor = tf.tensor1d(theta);
          expectClose(
            vjp((z: tf.Tensor) => slopeAt(y, z), [x], tf.tensor1d(v))[0],
            expected,
            0,
            2 * ROUNDING,
          );
          // Where the slope is constant tf.grad finds no path to differentiate, and says so.
          if (/Hinge|Perceptron/.test(name)) return;
          const second = tf.grad((z) =>
            tf.sum(tf.mul(tf.tensor1d(v), tf.grad((w) => f(y, w) as tf.Scalar)(z))),
          );
          expectClose(second(x), expected, 0, 2 * ROUNDING);
        }),
      ));

    it(`${name} stays exact for logits of 1e4, with finite derivatives`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const rows = [
            [1e4, 0, -1e4],
            [1e4, 10000.5, 9999],
            [-1e4, -1e4 - 1, -1e4 - 2],
            [3e4, 1, 2],
          ];
          const labels = [0, 0, 1, 2];
          const y = tf.tensor1d(labels, 'int32');
          const x: tf.Tensor = tf.tensor2d(rows);
          const hard = labels.map((label) => oneHot(label, 3));
          numbers(f(y, x)).forEach((actual, i) =>
            expectClose(actual, value(hard[i], rows[i]), ROUNDING, 3 * ROUNDING),
          );
          const slopes = rows.flatMap((row, i) => prediction(hard[i], row).map((p, j) => p - hard[i][j]));
          expectClose(slopeAt(y, x), slopes, 0, 2 * ROUNDING);
          const curvature = vjp((z: tf.Tensor) => slopeAt(y, z), [x], tf.ones([4, 3]))[0];
          assert.isTrue(numbers(curvature).every(Number.isFinite));
        }),
      ));

    it(`${name} is zero, with zero slope, where the target leads by the margin`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const lead = Math.min(margin, 40) * 1.01 + 0.01;
          const x: tf.Tensor = tf.tensor2d([lead, 0, -1, -2, lead - 2, -3], [2, 3]);
          const y = tf.tensor1d([0, 1], 'int32');
          expectClose(f(y, x), [0, 0], 0, margin === Infinity ? 1e-15 : 0);
          expectClose(slopeAt(y, x), [0, 0, 0, 0, 0, 0], 0, margin === Infinity ? 1e-15 : 0);
        }),
      ));

    it(`${name} takes any batch shape and refuses targets that do not fit`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const flat = Array.from({length: 24}, (_, i) => Math.cos(3 * i));
          const labels = [0, 1, 2, 3, 2, 1];
          const x: tf.Tensor = tf.tensor3d(flat, [2, 3, 4]);
          const y = tf.tensor2d(labels, [2, 3], 'int32');
          const expected = labels.map((label, i) => value(oneHot(label, 4), flat.slice(4 * i, 4 * i + 4)));
          assert.deepEqual(f(y, x).shape, [2, 3]);
          expectClose(f(y, x), expected, ROUNDING);
          expectClose(f(tf.cast(tf.oneHot(y, 4), 'bool'), x), expected, ROUNDING);
          assert.deepEqual(slopeAt(y, x).shape, [2, 3, 4]);
          assert.match(
            messageOf(() => f(tf.zeros([3], 'int32'), x)),
            new RegExp(`${name}: the target has shape`),
          );
          assert.match(
            messageOf(() => f(tf.zeros([2, 3]), x)),
            /class indices must be int32/,
          );
          assert.match(
            messageOf(() => f(tf.scalar(0, 'int32'), tf.scalar(0))),
            /at least one axis/,
          );
        }),
      ));
  }

  it('hand NaN on in its row, and in no other', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor2d([NaN, 1, 2, 1, 2, 3], [2, 3]);
        for (const {f} of MULTICLASS) {
          const [first, second] = numbers(f(tf.tensor1d([0, 1], 'int32'), x));
          assert.isNaN(first);
          assert.isTrue(Number.isFinite(second));
        }
      }),
    ));

  it('share the slope between classes that tie: a perceptron can leave zero', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const y = tf.tensor1d([1], 'int32');
        const slope = (f: typeof losses.multiclassHinge) =>
          vjp((x: tf.Tensor) => f(y, x), [tf.zeros([1, 4])], tf.ones([1]))[0];
        expectClose(slope(losses.multiclassPerceptron), [0.25, -0.75, 0.25, 0.25]);
        expectClose(slope(losses.multiclassHinge), [1 / 3, -1, 1 / 3, 1 / 3]);
      }),
    ));

  it('multiclassLogistic keeps the digits of a tiny loss, and lets -Infinity rule classes out', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const y = tf.tensor1d([0, 1], 'int32');
        const x: tf.Tensor = tf.tensor2d([25, 0, -Infinity, -Infinity, 1, 1], [2, 3]);
        const f = (z: tf.Tensor) => losses.multiclassLogistic(y, z);
        const actual = numbers(f(x));
        expectClose(actual[0], Math.log1p(Math.exp(-25)), 1e-5);
        expectClose(actual[1], Math.LN2);
        expectClose(vjp(f, [x], tf.ones([2]))[0], [0, 0, 0, 0, -0.5, 0.5], 0, 1e-7);
      }),
    ));

  it('of a distribution are zero at the logits that predict it', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const p = [0.5, 0.3, 0.2, 0];
        const y = tf.tensor1d(p);
        const logistic = tf.tensor1d(p.map((value) => Math.log(Math.max(value, 1e-30))));
        const root = tf.tensor1d(p.map((value) => 2 * Math.sqrt(value)));
        expectClose(losses.multiclassLogistic(y, logistic), 0, 0, 1e-6);
        expectClose(losses.multiclassSparsemax(y, y), 0, 0, 1e-12);
        expectClose(losses.multiclassEntmax15(y, root), 0, 0, 1e-9);
      }),
    ));
});
