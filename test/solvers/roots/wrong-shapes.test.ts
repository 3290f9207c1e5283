/** @file A function whose result has another shape than x: every solver of roots and fixed points says whose it is, and what is wrong. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {customFixedPoint, solvers} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';

type Fun = (x: tf.Tensor, target: tf.Tensor) => tf.Tensor;
const x = () => tf.ones([4, 1]);
/** With a target [B], the result is [B, B]. */
const difference: Fun = (x, target) => tf.sub(x, target);
const halved: Fun = (x, target) => tf.mul(0.5, tf.add(x, target));

const ROOTS: Record<string, (fun: Fun, target: tf.Tensor) => unknown> = {
  NewtonRoot: (fun, target) => new solvers.NewtonRoot({fun}).run(x(), target),
  Broyden: (fun, target) => new solvers.Broyden({fun}).run(x(), target),
  Bisection: (fun, target) => new solvers.Bisection({fun}).run(x(), {lower: -9, upper: 9}, target),
};
const FIXED_POINTS: Record<string, (fun: Fun, target: tf.Tensor) => {x: tf.Tensor}> = {
  FixedPointIteration: (fun, target) => new solvers.FixedPointIteration({fun}).run(x(), target),
  AndersonAcceleration: (fun, target) => new solvers.AndersonAcceleration({fun}).run(x(), target),
  customFixedPoint: (fun, target) => {
    const solve = customFixedPoint(fun)((start: tf.Tensor) => tf.clone(start));
    return {x: tf.grad((at) => tf.sum(solve(x(), at)))(target)};
  },
};
const said = (f: () => unknown) => messageOf(() => tf.tidy(() => void f()));
const WANTED = 'must return a structure like x: expected tensors of shapes [4,1], got [4,4].';
const HINT = 'A term [B] and a term [B, 1] together are [B, B]: give both the shape of x.';

describeBackends('a function with a result of another shape', () => {
  for (const [name, run] of Object.entries(ROOTS)) {
    it(name, () =>
      expectNoLeak(() => {
        const target = tf.tensor1d([1, 2, 3, 4]);
        const text = said(() => run(difference, target));
        assert.include(text, `${name}: fun ${WANTED} ${HINT}`);
        const fewer = said(() => run((x) => tf.sum(x, 1), target));
        assert.include(fewer, 'expected tensors of shapes [4,1], got [4].');
        assert.notInclude(fewer, HINT);
        target.dispose();
      }),
    );
  }

  for (const [name, run] of Object.entries(FIXED_POINTS)) {
    it(name, () =>
      expectNoLeak(() => {
        const target = tf.tensor1d([1, 2, 3, 4]);
        assert.include(said(() => run(halved, target)), `The fixed-point map ${WANTED} ${HINT}`); // prettier-ignore
        target.dispose();
      }),
    );
  }

  it('a fixed-point map may return what all samples share', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {x: found} = new solvers.FixedPointIteration({fun: (_x: tf.Tensor, c: tf.Tensor) => c}).run(
          tf.zeros([3, 1]),
          tf.tensor2d([[2]]),
        );
        expectClose(found, tf.fill([3, 1], 2));
      }),
    ));
});
