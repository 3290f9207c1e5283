/** @file The pointwise losses, the sparse plus function and its slope, against their closed forms. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {vjp} from '../../src/autodiff/index.js';
import * as losses from '../../src/losses/index.js';
import {nthDerivative} from '../autodiff/derivative.js';
import {describeBackends} from '../helpers/backends.js';
import {tries} from '../helpers/effort.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {POINTWISE} from './closed-forms.js';

const logits = fc.float({min: -4, max: 4, noNaN: true});
const hard = fc.constantFrom(0, 1);
const soft = fc.integer({min: 0, max: 16}).map((k) => k / 16);
const numbers = (x: tf.Tensor) => Array.from(x.dataSync());

describeBackends('pointwise losses', () => {
  for (const {name, f, value, slope, targetSlope, curvature, kink} of POINTWISE) {
    it(`${name} has the value and the derivatives of its closed form, for hard and soft targets`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(
            fc.array(fc.tuple(fc.oneof(hard, soft), logits), {minLength: 1, maxLength: 8}),
            (pairs) => {
              const kept = pairs.filter(([y, z]) => !kink(y, z));
              fc.pre(kept.length > 0);
              const form = (g: (y: number, z: number) => number) => kept.map(([y, z]) => g(y, z));
              tf.tidy(() => {
                const [y, z] = [tf.tensor1d(form((a) => a)), tf.tensor1d(form((_, b) => b))] as tf.Tensor[];
                expectClose(f(y, z), form(value), 1e-6, 1e-6);
                assert.isAtLeast(Math.min(...numbers(f(y, z))), 0);
                const [dy, dz] = vjp(f, [y, z], tf.onesLike(z));
                expectClose(dz, form(slope), 0, 1e-6);
                expectClose(dy, form(targetSlope), 1e-6, 1e-6);
                expectClose(nthDerivative((x) => f(y, x), 2)(z), form(curvature), 0, 1e-6);
              });
            },
          ),
          tries(60),
        ),
      ));

    it(`${name} is convex in the prediction`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(soft, logits, logits, (y, a, b) =>
            tf.tidy(() => {
              const [fa, fm, fb] = numbers(f(tf.fill([3], y), tf.tensor1d([a, (a + b) / 2, b])));
              assert.isAtMost(fm, (fa + fb) / 2 + 2e-6);
            }),
          ),
          tries(60),
        ),
      ));

    it(`${name} stays exact for large predictions, with finite derivatives of first and second order`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const [ys, zs] = [
            [0, 1, 0, 1],
            [1e4, 1e4, -1e4, -1e4],
          ];
          const [y, z] = [tf.tensor1d(ys), tf.tensor1d(zs)];
          expectClose(
            f(y, z),
            zs.map((at, i) => value(ys[i], at)),
            1e-6,
          );
          expectClose(
            nthDerivative((x) => f(y, x), 1)(z),
            zs.map((at, i) => slope(ys[i], at)),
          );
          expectClose(nthDerivative((x) => f(y, x), 2)(z), [0, 0, 0, 0]);
        }),
      ));

    it(`${name} keeps the shape, takes integer targets, and works under tf.grad of tf.grad`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const y = tf.tensor3d([0, 1, 1, 0], [2, 1, 2], 'int32');
          const z: tf.Tensor = tf.tensor3d([0.25, -0.5, 0.75, -2], [2, 1, 2]);
          assert.deepEqual(f(y, z).shape, [2, 1, 2]);
          // Where the slope is constant tf.grad finds no path to differentiate, and says so.
          if (!/Hinge|Perceptron/.test(name)) {
            const at = [0.25, -0.5, 0.75, -2];
            const second = tf.grad((x) => tf.sum(tf.grad((w) => tf.sum(f(y, w)))(x)));
            const expected = [0, 1, 1, 0].map((label, i) => curvature(label, at[i]));
            expectClose(second(z), expected, 0, 1e-6);
          }
          assert.match(
            messageOf(() => f(tf.zeros([2]), tf.zeros([3]))),
            new RegExp(`${name}: the target has shape`),
          );
        }),
      ));
  }

  it('are zero, with zero slope, where the margin is kept', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const y = tf.tensor1d([1, 0, 1]);
        const z: tf.Tensor = tf.tensor1d([1.25, -1.5, 40]);
        for (const f of [losses.binarySparsemax, losses.binaryHinge, losses.binaryPerceptron]) {
          expectClose(f(y, z), [0, 0, 0]);
          expectClose(nthDerivative((x) => f(y, x), 1)(z), [0, 0, 0]);
        }
      }),
    ));

  it('takes the mean slope at a kink: a perceptron can leave zero', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const y = tf.tensor1d([1, 0]);
        expectClose(nthDerivative((z) => losses.binaryPerceptron(y, z), 1)(tf.zeros([2])), [-0.5, 0.5]);
        expectClose(nthDerivative((z) => losses.binaryHinge(y, z), 1)(tf.tensor1d([1, -1])), [-0.5, 0.5]);
      }),
    ));

  it('binaryLogistic keeps the digits of a tiny loss and of its slope', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const y = tf.tensor1d([1, 0]);
        const z: tf.Tensor = tf.tensor1d([30, -30]);
        const tiny = Math.log1p(Math.exp(-30));
        expectClose(losses.binaryLogistic(y, z), [tiny, tiny], 1e-5);
        expectClose(nthDerivative((x) => losses.binaryLogistic(y, x), 1)(z), [-tiny, tiny], 1e-5);
      }),
    ));

  it('huber takes a width, and refuses one that is not positive', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const p: tf.Tensor = tf.tensor1d([0.5, -2, 10]);
        const f = (x: tf.Tensor) => losses.huber(tf.zeros([3]), x, {delta: 2});
        expectClose(f(p), [0.125, 2, 18]);
        expectClose(nthDerivative(f, 1)(p), [0.5, -2, 2]);
        for (const delta of [0, -1, NaN, Infinity]) {
          assert.match(
            messageOf(() => losses.huber(p, p, {delta})),
            /delta must be positive/,
          );
        }
      }),
    ));

  it('sparsePlus has the slope sparseSigmoid, and that ½ inside', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor1d([-1e30, -3, -0.5, 0, 0.75, 1, 2, 1e30]);
        expectClose(losses.sparsePlus(x), [0, 0, 0.0625, 0.25, 0.765625, 1, 2, 1e30]);
        expectClose(tf.slice(losses.sparsePlus(x), [0], [7]), [0, 0, 0.0625, 0.25, 0.765625, 1, 2]);
        const sigmoid = [0, 0, 0.25, 0.5, 0.875, 1, 1, 1];
        expectClose(losses.sparseSigmoid(x), sigmoid);
        expectClose(nthDerivative((z) => losses.sparsePlus(z), 1)(x), sigmoid);
        expectClose(nthDerivative((z) => losses.sparsePlus(z), 2)(x), [0, 0, 0.5, 0.5, 0.5, 0.5, 0, 0]);
        expectClose(nthDerivative((z) => losses.sparsePlus(z), 3)(x), new Array<number>(8).fill(0));
      }),
    ));
});
