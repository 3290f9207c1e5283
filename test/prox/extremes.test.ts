/** @file Proximal operators far from unit scale, at infinity and at NaN. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {vjp} from '../../src/autodiff/index.js';
import {prox} from '../../src/index.js';
import {fill} from '../../src/kernels/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

/** In other units: x times s, and what a parameter of length must be multiplied by. */
const SCALED: Record<string, (x: tf.Tensor, s: number) => tf.Tensor> = {
  none: (x) => prox.none(x),
  lasso: (x, s) => prox.lasso(x, 0.75 * s),
  nonNegativeLasso: (x, s) => prox.nonNegativeLasso(x, 0.75 * s),
  elasticNet: (x, s) => prox.elasticNet(x, {l1: 0.5 * s, l2: 2}),
  ridge: (x) => prox.ridge(x, 3),
  nonNegativeRidge: (x) => prox.nonNegativeRidge(x, 3),
  huber: (x, s) => prox.huber(x, {weight: 2, delta: 0.5 * s}),
  logBarrier: (x, s) => prox.logBarrier(x, 0.5 * s * s),
  groupLasso: (x, s) => prox.groupLasso(x, 2 * s),
  sortedL1: (x, s) => prox.sortedL1(x, tf.tensor1d([1.5 * s, s, 0.5 * s, 0.25 * s])),
  totalVariation1d: (x, s) => prox.totalVariation1d(x, 0.75 * s),
  nuclearNorm: (x, s) => tf.reshape(prox.nuclearNorm(tf.reshape(x, [-1, 2, 2]), 0.75 * s), x.shape),
  'blockwise groupLasso': (x, s) =>
    prox.blockwise<number>((y, w) => prox.groupLasso(y, w), [2, 2])(x, 0.75 * s),
};

/** Of [3, −1, 0.5, 1] under an infinite weight: each entry, and each entry of the gradient for the cotangent [1, 2, 3, 4]. */
const LIMITS: [string, (x: tf.Tensor, weight: tf.Tensor, scaling: tf.Tensor) => tf.Tensor, number, number][] =
  [
    ['groupLasso', (x, weight, scaling) => prox.groupLasso(x, weight, scaling), 0, 0],
    ['totalVariation1d', (x, weight, scaling) => prox.totalVariation1d(x, weight, scaling), 0.875, 2.5],
    [
      'nuclearNorm',
      (x, weight, scaling) =>
        tf.reshape(prox.nuclearNorm(tf.reshape(x, [-1, 2, 2]), weight, tf.expandDims(scaling, -1)), x.shape),
      0,
      0,
    ],
  ];

describeBackends('proximal operators at extremes', () => {
  for (const [name, run] of Object.entries(SCALED)) {
    it(`${name}: other units change neither the result nor its derivative`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x = tf.randomNormal([3, 4], 0, 2, 'float32', 31);
          const d = tf.randomNormal([3, 4], 0, 1, 'float32', 32);
          const [expected] = [run(x, 1)];
          const [slope] = vjp((at: tf.Tensor) => run(at, 1), [x], d);
          for (const s of [2 ** 60, 2 ** -60]) {
            const at = tf.mul(x, s);
            expectClose(tf.div(run(at, s), s), expected, 1e-6);
            expectClose(vjp((y: tf.Tensor) => run(y, s), [at], d)[0], slope, 2e-6);
          }
        }),
      ));

    it(`${name}: never makes a number of NaN, with a tape and without`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x = tf.tensor2d([
            [1, NaN, -2, 3],
            [1, 0.5, -2, 3],
          ]);
          const seen: tf.Tensor[] = [];
          tf.grad((at: tf.Tensor) => {
            seen.push(tf.keep(run(at, 1)));
            return tf.sum(seen[0]);
          })(x);
          for (const y of [run(x, 1), seen[0]]) {
            const [broken, whole] = tf.unstack(y).map((row) => Array.from(row.dataSync()));
            assert.isNaN(broken[1]);
            assert.isTrue(whole.every(Number.isFinite));
          }
          seen[0].dispose();
        }),
      ));
  }

  it('at infinity: an infinite entry stays, or goes to the end of the domain, and leaves others alone', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor1d([Infinity, -Infinity, 2]);
        const same = [Infinity, -Infinity];
        const expected: [tf.Tensor, number[]][] = [
          [prox.none(x), [...same, 2]],
          [prox.lasso(x, 0.5), [...same, 1.5]],
          [prox.nonNegativeLasso(x, 0.5), [Infinity, 0, 1.5]],
          [prox.elasticNet(x, {l1: 0.5, l2: 2}), [...same, 0.5]],
          [prox.ridge(x, 3), [...same, 0.5]],
          [prox.nonNegativeRidge(x, 3), [Infinity, 0, 0.5]],
          [prox.huber(x, {weight: 2, delta: 0.5}), [...same, 1]],
          [prox.logBarrier(x, 3), [Infinity, 0, 3]],
          [prox.sortedL1(x, tf.tensor1d([2, 1, 0.5])), [...same, 1.5]],
          [prox.groupLasso(x, 3), [...same, 2]],
        ];
        for (const [y, values] of expected) assert.deepEqual(Array.from(y.dataSync()), values);
      }),
    ));

  it('an infinite weight of a norm, of its square or of Huber leaves zero', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor1d([3, -1, 0.5]);
        const zero = [
          prox.lasso(x, Infinity),
          prox.nonNegativeLasso(x, Infinity),
          prox.elasticNet(x, {l1: 0, l2: Infinity}),
          prox.ridge(x, Infinity),
          prox.nonNegativeRidge(x, Infinity),
          prox.huber(x, {weight: Infinity}),
          prox.groupLasso(x, Infinity),
          prox.sortedL1(x, tf.fill([3], Infinity)),
        ];
        for (const y of zero) expectClose(y, [0, 0, 0], 0);
      }),
    ));

  for (const [name, run, value, slope] of LIMITS) {
    it(`${name}: an infinite weight gives the limit, for its own sample alone, with a gradient of zero in the weight`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x = tf.tensor2d([3, -1, 0.5, 1, 3, -1, 0.5, 1], [2, 4]);
          const finite = tf.tensor1d([0.25, 0.25]);
          const infinite = tf.concat([fill([1], Infinity), tf.tensor1d([0.25])]);
          const one = tf.ones([2, 1]);
          const endless = tf.concat([fill([1, 1], Infinity), tf.ones([1, 1])]);
          const cotangent = tf.tensor2d([1, 2, 3, 4, 1, 2, 3, 4], [2, 4]);
          const at = (weight: tf.Tensor, scaling: tf.Tensor) => [
            run(x, weight, scaling),
            ...vjp(run as never, [x, weight, scaling] as never, cotangent as never),
          ];
          const expected = at(finite, one).map((each) => Array.from(each.dataSync()));
          for (const [weight, scaling] of [
            [infinite, one],
            [finite, endless],
          ]) {
            at(weight, scaling).forEach((each, i) => {
              const actual = Array.from(each.dataSync());
              const half = actual.length / 2;
              expectClose(tf.tensor1d(actual.slice(half)), expected[i].slice(half), 1e-6);
              const limit = [value, slope, 0, 0][i];
              assert.isTrue(
                actual.slice(0, half).every((entry) => Math.abs(entry - limit) <= 1e-6),
                `${i}: ${actual}`,
              );
            });
          }
          const broken = run(tf.concat([fill([2, 1], NaN), tf.ones([2, 3])], 1), infinite, one);
          assert.isTrue(broken.dataSync().slice(0, 4).every(Number.isNaN));
        }),
      ));
  }
});
