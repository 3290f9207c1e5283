/** @file Losses at infinite logits are the limits of those at large ones, with their slopes; labels that are none are refused. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import * as losses from '../../src/losses/index.js';
import {describeBackends} from '../helpers/backends.js';
import {tries} from '../helpers/effort.js';
import {expectNoLeak, messageOf} from '../helpers/expect.js';
import {MULTICLASS, POINTWISE} from './closed-forms.js';

/** What stands for infinity in the f64 definition, and from where a result counts as infinite. */
const FAR = 1e6;
const INFINITE = 1e4;

const finite = (z: number) => (Number.isFinite(z) ? z : Math.sign(z) * FAR);
const limit = (value: number) => (Math.abs(value) < INFINITE ? value : Math.sign(value) * Infinity);

function expectLimits(actual: tf.Tensor, expected: number[], what: string): void {
  const values = Array.from(actual.dataSync());
  values.forEach((value, i) => {
    const right = limit(expected[i]);
    const same = value === right || Math.abs(value - right) <= 2e-5;
    assert(same, `${what}, entry ${i}: ${value} instead of ${right}; all: ${values}`);
  });
}

const logit = fc.oneof(
  fc.constantFrom(Infinity, -Infinity),
  fc.integer({min: -8, max: 8}).map((k) => k / 4 + 0.0625),
);

describeBackends('losses at infinity', () => {
  for (const {name, f, value, slope, targetSlope, kink} of POINTWISE) {
    it(`${name} is the limit, with its slopes`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const labels = name === 'huber' ? [-0.5, 0, 2] : [0, 0.25, 0.5, 1];
          for (const y of labels) {
            for (const z of [Infinity, -Infinity, 0.3]) {
              if (kink(y, finite(z))) continue;
              const [label, point] = [tf.scalar(y), tf.scalar(z)];
              const what = `y ${y}, z ${z}`;
              expectLimits(f(label, point), [value(y, finite(z))], what);
              const [dy, dz] = tf.grads((a, b) => f(a, b))([label, point]);
              expectLimits(dz, [slope(y, finite(z))], `${what}, slope`);
              expectLimits(dy, [targetSlope(y, finite(z))], `${what}, slope of the target`);
            }
          }
        }),
      ));

    it(`${name} has no gradient where it does not count`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const loss = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(f(a, b), [0, 1]));
          const [dy, dz] = tf.grads(loss)([tf.tensor1d([1, 1]), tf.tensor1d([-Infinity, 0.3])]);
          for (const d of [dy, dz]) assert.equal(d.dataSync()[0], 0);
        }),
      ));
  }

  for (const {name, f, value, prediction, targetSlope} of MULTICLASS) {
    it(`${name} is the limit, with its slopes`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(
            fc.array(logit, {minLength: 2, maxLength: 4}),
            fc.nat({max: 3}),
            fc.boolean(),
            (theta, k, soft) => {
              const n = theta.length;
              const y = theta.map((_, i) => Number(i === k % n));
              if (soft) {
                y[k % n] = 0.75;
                y[(k + 1) % n] = 0.25;
              }
              const far = theta.map(finite);
              tf.tidy(() => {
                const what = `y ${y}, θ ${theta}`;
                const [target, logits] = [tf.tensor2d([y]), tf.tensor2d([theta])];
                expectLimits(f(target, logits), [value(y, far)], what);
                const [dy, dTheta] = tf.grads((a, b) => f(a, b))([target, logits]);
                const ties = new Set(far).size < n;
                const right = prediction(y, far).map((p, i) => p - y[i]);
                // Where several are the largest, any share is a slope.
                if (!ties) expectLimits(dTheta, right, `${what}, slope`);
                else
                  assert(
                    dTheta.dataSync().every(Number.isFinite),
                    `${what}: slope ${String(dTheta.dataSync())}`,
                  );
                if (ties)
                  assert(!dy.dataSync().some(Number.isNaN), `${what}: slope of y ${String(dy.dataSync())}`);
                else expectLimits(dy, targetSlope(y, far), `${what}, slope of the target`);
                if (soft) return;
                const index = tf.tensor1d([k % n], 'int32');
                expectLimits(f(index, logits), [value(y, far)], `${what}, by index`);
              });
            },
          ),
          tries(60),
        ),
      ));

    it(`${name} of a class that is ruled out is infinite, and that of another class is none of its business`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const logits = tf.tensor2d([
            [-Infinity, 0, 0],
            [0.5, -Infinity, 0],
          ]);
          const [first, second] = f(tf.tensor1d([0, 0], 'int32'), logits).dataSync();
          assert.equal(first, Infinity);
          assert(second >= 0 && second < 2);
        }),
      ));
  }

  it('of NaN are NaN, in their own row alone', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const {name, f} of MULTICLASS) {
          const logits = tf.tensor2d([
            [NaN, 0, 1],
            [0, 1, 2],
          ]);
          const values = f(tf.tensor1d([0, 0], 'int32'), logits).dataSync();
          assert(Number.isNaN(values[0]), `${name}: ${values[0]}`);
          assert(Number.isFinite(values[1]), name);
        }
        for (const {name, f} of POINTWISE) {
          const values = f(tf.tensor1d([0, 0]), tf.tensor1d([NaN, 1])).dataSync();
          assert(Number.isNaN(values[0]), `${name}: ${values[0]}`);
          assert(Number.isFinite(values[1]), name);
        }
      }),
    ));

  it('fenchelYoung takes −∞ where the target is 0', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const loss = losses.fenchelYoung((theta) => tf.logSumExp(theta, -1));
        const logits = tf.tensor2d([[-Infinity, 0, 0]]);
        expectLimits(loss(tf.tensor1d([1], 'int32'), logits), [Math.LN2], 'value');
        const slope = tf.grad((theta) => loss(tf.tensor1d([1], 'int32'), theta))(logits);
        expectLimits(slope, [0, -0.5, 0.5], 'slope');
      }),
    ));
});

describe('labels that are none', () => {
  const two = () => tf.tensor2d([[1, 2, 3]]);
  const cases: [string, () => tf.Tensor, RegExp][] = [];
  for (const {name, f} of [
    ...MULTICLASS,
    {name: 'fenchelYoung', f: losses.fenchelYoung((theta) => tf.logSumExp(theta, -1))},
  ]) {
    for (const index of [-1, 3, 1000]) {
      const message = new RegExp(`losses\\.${name}: class ${index} is out of range; 3 logits`);
      cases.push([`${name} of class ${index}`, () => f(tf.tensor1d([index], 'int32'), two()), message]);
    }
    const shapes = new RegExp(`losses\\.${name}: the target has shape \\[2\\]`);
    cases.push([`${name} of another batch`, () => f(tf.tensor1d([1, 2], 'int32'), two()), shapes]);
    const type = new RegExp(`losses\\.${name}: class indices must be int32, got float32`);
    cases.push([`${name} of a class in float32`, () => f(tf.tensor1d([1]), two()), type]);
  }
  for (const {name, f} of MULTICLASS) {
    const start = `losses\\.${name}: each target \\[n\\] must be a distribution.* in row 0 `;
    cases.push([
      `${name} of counts`,
      () => f(tf.tensor2d([[2, 1, 0]]), two()),
      new RegExp(`${start}its entries sum to 3`),
    ]);
    cases.push([
      `${name} of a negative share`,
      () => f(tf.tensor2d([[1.5, -0.5, 0]]), two()),
      new RegExp(`${start}it has the entry -0.5`),
    ]);
  }
  for (const {name, f} of POINTWISE.filter(({name}) => name !== 'huber')) {
    const message = new RegExp(
      `losses\\.${name}: labels must lie in \\[0, 1\\], got -1\\. For labels −1 and 1 pass`,
    );
    cases.push([`${name} of a sign`, () => f(tf.tensor1d([-1]), tf.tensor1d([1])), message]);
  }
  for (const [name, f, message] of cases) {
    it(`are refused by ${name}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          assert.match(messageOf(f), message);
        }),
      ));
  }
});

describeBackends('labels and logits of other types', () => {
  it('give what float32 gives', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const logits = tf.tensor2d([[1, 0, 3]], [1, 3], 'int32');
        const label = tf.tensor2d([[0, 1, 0]], [1, 3], 'bool');
        for (const {f, value} of MULTICLASS) {
          expectLimits(f(label, logits), [value([0, 1, 0], [1, 0, 3])], 'int32 logits, bool labels');
          expectLimits(f(tf.cast(label, 'int32'), logits), [value([0, 1, 0], [1, 0, 3])], 'int32 labels');
        }
        for (const {f, value} of POINTWISE) {
          const right = [value(0, 1), value(1, 0), value(0, 3)];
          expectLimits(f(label, logits), right, 'int32 logits, bool labels');
        }
      }),
    ));
});
