/** @file The safeguards of Anderson's and Broyden's methods, provoked: histories that mislead, and directions that lead uphill. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {AndersonAcceleration, Broyden} from '../../../src/solvers/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';

/** The iterates of the samples after each number of steps. */
function iterates(
  make: (maxIterations: number) => {run(init: tf.Tensor, ...params: tf.Tensor[]): {x: tf.Tensor}},
  start: number[],
  steps: number,
  ...params: tf.Tensor[]
): number[][] {
  return Array.from({length: steps}, (_, i) =>
    tf.tidy(() =>
      Array.from(
        make(i + 1)
          .run(tf.tensor2d(start, [start.length, 1]), ...params)
          .x.dataSync(),
      ),
    ),
  );
}

/** T(x) − x: 1 near 0, `second` near 1, and `third` from 1.5 on or below −0.5. */
const stairs = (x: tf.Tensor, second: tf.Tensor, third: tf.Tensor) => {
  const near = tf.where(tf.less(x, 0.5), tf.onesLike(x), second);
  const far = tf.logicalOr(tf.greater(x, 1.5), tf.less(x, -0.5));
  return tf.add(x, tf.where(far, third, near));
};

describeBackends('the history of AndersonAcceleration', () => {
  const column = (values: number[]) => tf.tensor2d(values, [values.length, 1]);
  const make =
    (options: object = {}) =>
    (maxIterations: number) =>
      new AndersonAcceleration({fun: stairs}, {maxIterations, ...options});

  it('is dropped where the residual grew by more than four, and only there', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // From x = 1 with residual g: along the secant to 1 − g/(g − 1), or without history to 1 + g.
        const growth = [3.9, 4.1, -3.9, -4.1, 0.5, 100];
        const third = growth.map(() => 2);
        const [first, second] = iterates(
          make(),
          growth.map(() => 0),
          2,
          column(growth),
          column(third),
        );
        expectClose(first, growth.map(() => 1)); // prettier-ignore
        const expected = growth.map((g) => (Math.abs(g) > 4 ? 1 + g : 1 - g / (g - 1)));
        second.forEach((value, i) => expectClose([value], [expected[i]], 1e-5));
      }),
    ));

  it('begins anew with the difference after that', () =>
    tf.tidy(() => {
      // 0 → 1 → 1 + g, from where the secant through (1, g) and (1 + g, r) is taken.
      const [g, r] = [10, 5];
      const steps = iterates(make(), [0], 3, column([g]), column([r]));
      expectClose(steps[1], [1 + g], 1e-6);
      expectClose(steps[2], [1 + g - (r * g) / (r - g)], 1e-5);
    }));

  it('damps the step that it takes by `mixing`', () =>
    tf.tidy(() => {
      // x = ½ is near neither stair's edge: residual 1 at 0, so x = mixing; then g.
      const mixing = 0.75;
      const g = 2;
      const steps = iterates(make({mixing}), [0], 2, column([g]), column([1]));
      expectClose(steps[0], [mixing], 1e-6);
      // x + βf − (f·df/df²)(dx + β df) with dx = β, df = g − 1.
      expectClose(steps[1], [mixing + mixing * g - (g / (g - 1)) * (mixing + mixing * (g - 1))], 1e-5);
    }));
});

describeBackends('Broyden', () => {
  it('turns around where its first direction leads uphill, each sample by itself', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // Slopes of both signs under γ = 1.
        const slopes = tf.tensor2d([[-1], [1], [-0.3], [2]]);
        const F = (x: tf.Tensor, a: tf.Tensor) => tf.mul(a, tf.sub(x, 3));
        const {x, state} = new Broyden({fun: F}).run(tf.zeros([4, 1]), slopes);
        expectClose(state.status, [0, 0, 0, 0]);
        expectClose(x, [3, 3, 3, 3], 1e-5);
      }),
    ));

  it('begins anew where the approximation has misled it', () =>
    tf.tidy(() => {
      // The slope turns from positive to negative at the start of the valley.
      const F = (x: tf.Tensor, t: tf.Tensor) => tf.sub(tf.add(tf.sin(tf.mul(2, x)), tf.mul(0.3, x)), t);
      const starts = [-2, -1, -0.5, 0.5, 1, 1.5, 2, 2.5, 3, 4];
      const t = tf.fill([starts.length, 1], 2.5);
      const {x, state} = new Broyden({fun: F}, {maxIterations: 100}).run(
        tf.tensor2d(starts, [starts.length, 1]),
        t,
      );
      const status = state.status.dataSync();
      const solved = starts.filter((_, i) => status[i] === 0);
      assert.isAtLeast(solved.length, 3);
      const values = F(x, t).dataSync();
      status.forEach((code, i) => {
        if (code === 0) assert.isBelow(Math.abs(values[i]), 2e-5);
        else assert.include([3, 4], code);
      });
    }));
});
