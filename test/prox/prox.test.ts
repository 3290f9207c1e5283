/** @file Proximal operators: their definition, their properties, and their derivatives. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {jvp, vjp} from '../../src/autodiff/index.js';
import {elasticNet, lasso, nonNegativeLasso} from '../../src/prox/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

const entry = fc.float({min: -8, max: 8, noNaN: true, noDefaultInfinity: true});
const vector = fc.array(entry, {minLength: 4, maxLength: 4});
const weight = fc.integer({min: 1, max: 48}).map((k) => k / 16);

interface Case {
  name: string;
  /** prox of the penalty with weights l1, l2 and a factor. */
  prox: (x: tf.Tensor, l1: number, l2: number, scaling: number) => tf.Tensor;
  /** The penalty of one entry in double precision. */
  penalty: (y: number, l1: number, l2: number) => number;
}

const CASES: Case[] = [
  {name: 'lasso', prox: (x, l1, _l2, s) => lasso(x, l1, s), penalty: (y, l1) => l1 * Math.abs(y)},
  {
    name: 'nonNegativeLasso',
    prox: (x, l1, _l2, s) => nonNegativeLasso(x, l1, s),
    penalty: (y, l1) => (y < 0 ? Infinity : l1 * y),
  },
  {
    name: 'elasticNet',
    prox: (x, l1, l2, s) => elasticNet(x, {l1, l2}, s),
    penalty: (y, l1, l2) => l1 * Math.abs(y) + 0.5 * l2 * y * y,
  },
];

const valuesOf = (f: () => tf.Tensor): number[] => Array.from(tf.tidy(() => f().dataSync()));

describeBackends('prox', () => {
  for (const {name, prox, penalty} of CASES) {
    it(`${name} minimises ½|y - x|² + scaling·g(y): no other point is lower`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(vector, vector, weight, weight, weight, (x, other, l1, l2, scaling) => {
            const y = valuesOf(() => prox(tf.tensor1d(x), l1, l2, scaling));
            const value = (at: number, i: number) => 0.5 * (at - x[i]) ** 2 + scaling * penalty(at, l1, l2);
            y.forEach((at, i) => {
              // The minimum is flat: a rounding of y by 1e-7·|x| raises the value by (1e-7·|x|)², of g's kink by 1e-7·|x|.
              const slack = 4e-7 * (1 + Math.abs(x[i])) * (1 + scaling * (l1 + l2 * Math.abs(x[i])));
              for (const candidate of [other[i], 0, x[i], at + 1e-3, at - 1e-3]) {
                assert.isAtMost(value(at, i), value(candidate, i) + slack);
              }
            });
          }),
        ),
      ));

    it(`${name} is non-expansive`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(vector, vector, weight, weight, (x, y, l1, l2) => {
            const [a, b] = [x, y].map((values) => valuesOf(() => prox(tf.tensor1d(values), l1, l2, 0.5)));
            const distance = (p: number[], q: number[]) => Math.hypot(...p.map((value, i) => value - q[i]));
            assert.isAtMost(distance(a, b), distance(x, y) + 4e-6);
          }),
        ),
      ));
  }

  it('lasso satisfies Moreau: prox_g(x) + prox_g*(x) = x, g* the indicator of the max-norm ball', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(vector, weight, (x, l1) => {
          const sum = valuesOf(() => {
            const at = tf.tensor1d(x);
            return tf.add(lasso(at, l1), tf.clipByValue(at, -l1, l1));
          });
          expectClose(sum, x, 0, 1e-6);
        }),
      ),
    ));

  it('take tensors that broadcast as weights and as scaling', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor2d([3, -3, 0.5, 3, -3, 0.5], [2, 3]);
        const l1 = tf.tensor1d([1, 2, 1]);
        const scaling = tf.tensor2d([1, 0.5], [2, 1]);
        expectClose(lasso(x, l1, scaling), [2, -1, 0, 2.5, -2, 0]);
        expectClose(nonNegativeLasso(x, l1, scaling), [2, 0, 0, 2.5, 0, 0]);
        expectClose(elasticNet(x, {l1, l2: tf.scalar(2)}, scaling), [2 / 3, -1 / 3, 0, 1.25, -1, 0]);
        expectClose(lasso(x), [2, -2, 0, 2, -2, 0]);
      }),
    ));

  it('lasso has the derivatives 1 and -sign where it does not threshold, else 0', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor1d([3, -4, 0.5]);
        const [l1, s, u] = [tf.scalar(2), tf.scalar(0.5), tf.tensor1d([10, 100, 1000])];
        const f = (...[at, weightOf, factor]: [tf.Tensor, tf.Tensor, tf.Tensor]) =>
          lasso(at, weightOf, factor);
        const [dx, dl1, ds] = vjp(f, [x, l1, s], u);
        expectClose(dx, [10, 100, 0]);
        expectClose(dl1, 0.5 * 90);
        expectClose(ds, 2 * 90);
        expectClose(jvp(f, [x, l1, s], [u, null, null]), [10, 100, 0]);
        expectClose(jvp(f, [x, l1, s], [null, tf.scalar(1), null]), [-0.5, 0.5, 0]);
        const g = (at: tf.Tensor, weightOf: tf.Tensor) => nonNegativeLasso(at, weightOf, 0.5);
        const [dx2, dl2] = vjp(g, [x, l1], u);
        expectClose(dx2, [10, 0, 0]);
        expectClose(dl2, -5);
      }),
    ));

  it('elasticNet has the derivatives of soft(x, s·l1) / (1 + s·l2)', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = (...[x, l1, l2, s]: tf.Tensor[]) => elasticNet(x, {l1, l2}, s);
        const at = [tf.tensor1d([3, -4, 0.5]), tf.scalar(2), tf.scalar(6), tf.scalar(0.5)];
        // soft = (2, −3, 0) and 1 + s·l2 = 4.
        const [dx, dl1, dl2, ds] = vjp(f, at, tf.tensor1d([1, 10, 100]));
        expectClose(dx, [0.25, 2.5, 0]);
        expectClose(dl1, (0.5 * 9) / 4);
        expectClose(dl2, (-0.5 * (2 - 30)) / 16);
        expectClose(ds, (2 * 9) / 4 - (6 * (2 - 30)) / 16);
      }),
    ));

  it('leave only their result behind outside a tidy', () =>
    expectNoLeak(() => {
      const x = tf.tensor1d([1, -2]);
      const before = tf.memory().numTensors;
      const results = [lasso(x), nonNegativeLasso(x), elasticNet(x, {l1: 1, l2: 1})];
      assert.equal(tf.memory().numTensors, before + 3);
      tf.dispose([x, ...results]);
    }));
});
