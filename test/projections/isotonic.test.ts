/** @file Isotonic regression: its definition, its properties, and its derivatives, on the kernel and on tensor operations. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {jvp} from '../../src/autodiff/index.js';
import {composed} from '../../src/kernels/operations/isotonic.js';
import {isotonic} from '../../src/projections/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

const entry = fc.integer({min: -12, max: 12}).map((k) => k / 4);
const list = fc.array(entry, {minLength: 1, maxLength: 12});
const ROUNDING = 1e-6;

const project = (x: number[], increasing = true): number[] =>
  Array.from(
    tf.tidy(() => isotonic(tf.tensor1d(x), {direction: increasing ? 'ascending' : 'descending'}).dataSync()),
  );

/** yᵢ = max_{a ≤ i} min_{b ≥ i} mean(x_a … x_b), from the definition of the min–max formula. */
function byFormula(x: number[]): number[] {
  const mean = (a: number, b: number) =>
    x.slice(a, b + 1).reduce((sum, value) => sum + value, 0) / (b - a + 1);
  return x.map((_, i) =>
    Math.max(
      ...Array.from({length: i + 1}, (_, a) =>
        Math.min(...Array.from({length: x.length - i}, (_, k) => mean(a, i + k))),
      ),
    ),
  );
}

describeBackends('projections.isotonic', () => {
  it('is the min–max formula, either way round', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(list, (x) => {
          expectClose(project(x), byFormula(x), 0, ROUNDING);
          const falling = byFormula(x.map((value) => -value)).map((value) => -value);
          expectClose(project(x, false), falling, 0, ROUNDING);
        }),
      ),
    ));

  it('is monotone, idempotent, non-expansive and keeps the sum', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(
          list.chain((x) =>
            fc.tuple(fc.constant(x), fc.array(entry, {minLength: x.length, maxLength: x.length})),
          ),
          ([x, other]) => {
            const [y, z] = [project(x), project(other)];
            y.slice(1).forEach((value, i) => assert.isAtLeast(value, y[i]));
            expectClose(project(y), y, 0, ROUNDING);
            const distance = (a: number[], b: number[]) => Math.hypot(...a.map((value, i) => value - b[i]));
            assert.isAtMost(distance(y, z), distance(x, other) + ROUNDING);
            const sum = (a: number[]) => a.reduce((total, value) => total + value, 0);
            assert.approximately(sum(y), sum(x), 1e-5);
          },
        ),
      ),
    ));

  it('has the averaging over its blocks for a Jacobian, forward and in reverse', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // Blocks {1}, {3, 2, 1} and {5, 4}.
        const x = tf.tensor1d([1, 3, 2, 1, 5, 4]);
        const v = tf.tensor1d([1, 2, 3, 7, 1, 2]);
        const expected = [1, 4, 4, 4, 1.5, 1.5];
        expectClose(project([1, 3, 2, 1, 5, 4]), [1, 2, 2, 2, 4.5, 4.5], ROUNDING);
        const slope = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(v, isotonic(x))))(x);
        expectClose(slope.dataSync(), expected, ROUNDING);
        const tangent = jvp((x: tf.Tensor) => isotonic(x), [x], [v]) as tf.Tensor;
        expectClose(tangent.dataSync(), expected, ROUNDING);
      }),
    ));

  it('is differentiable twice', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor1d([4, 1, 2]);
        const cubes = (x: tf.Tensor) => tf.sum(tf.pow(isotonic(x), 3));
        const slope = (x: tf.Tensor) => tf.sum(tf.mul(tf.grad(cubes)(x), tf.tensor1d([1, 0, 0])));
        // One block of mean 7/3: y = mean(x) three times, so the Hessian of 3·mean³ is 2·mean everywhere.
        expectClose(tf.grad(slope)(x).dataSync(), Array(3).fill(14 / 3), ROUNDING);
      }),
    ));

  it('is the same composed of tensor operations, with its gradient', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(list, fc.boolean(), fc.nat(), (x, increasing, seed) =>
          tf.tidy(() => {
            // Without ties: which blocks they are is a matter of rounding.
            const rows = tf.add(tf.tensor2d([x]), tf.randomUniform([1, x.length], 0, 0.2, 'float32', seed));
            const v = tf.randomNormal([1, x.length], 0, 1, 'float32', seed);
            const results = [
              (x: tf.Tensor) => isotonic(x, {direction: increasing ? 'ascending' : 'descending'}),
              (x: tf.Tensor) => composed(x as tf.Tensor2D, increasing),
            ].map((f) => [f(rows), tf.grad((x: tf.Tensor) => tf.sum(tf.mul(v, f(x))))(rows)]);
            results[0].forEach((tensor, i) =>
              expectClose(results[1][i].dataSync(), tensor.dataSync(), 0, 1e-5),
            );
          }),
        ),
      ),
    ));

  it('works along the last axis of any shape, and keeps NaN to its row', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const y = isotonic(tf.tensor3d([2, 1, NaN, 0, 1, 2, 0, -1], [2, 2, 2]));
        assert.deepEqual(y.shape, [2, 2, 2]);
        assert.deepEqual(Array.from(y.dataSync()), [1.5, 1.5, NaN, NaN, 1, 2, -0.5, -0.5]);
        assert.include(
          messageOf(() => isotonic(tf.scalar(1))),
          'at least one axis',
        );
      }),
    ));
});
