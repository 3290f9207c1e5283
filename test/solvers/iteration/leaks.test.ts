/** @file The iterative solvers leave nothing behind but their result, also when the user's function throws. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {vjp} from '../../../src/autodiff/index.js';
import {lasso} from '../../../src/prox/index.js';
import {
  AndersonAcceleration,
  FixedPointIteration,
  ProximalGradient,
  type SolverOptions,
} from '../../../src/solvers/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {turnOffPrograms} from '../../helpers/programs.js';
import {expectNoLeak, messageOf} from '../../helpers/expect.js';

const column = (): tf.Tensor => tf.tensor2d([[1], [2]]);
const half = (x: tf.Tensor, t: tf.Tensor) => tf.mul(0.5, tf.add(x, t));

type Run = (t: tf.Tensor) => {x: tf.Tensor; state: tf.NamedTensorMap};

const run = (
  fun: typeof half,
  Class: typeof FixedPointIteration | typeof AndersonAcceleration,
  options: Omit<SolverOptions, 'condition'>,
) => {
  const solver = new Class({fun}, options);
  return (t: tf.Tensor) => {
    const init: tf.Tensor = tf.tidy(() => tf.zeros([2, 1]));
    try {
      return solver.run(init, t);
    } finally {
      init.dispose();
    }
  };
};

/** Every solver, for a fixed point of `fun` (or a minimum with the gradient x − fun). */
const solvers = (fun: typeof half, options: Omit<SolverOptions, 'condition'>): [string, Run][] => [
  ['FixedPointIteration', run(fun, FixedPointIteration, options)],
  ['AndersonAcceleration', run(fun, AndersonAcceleration, options)],
  [
    'ProximalGradient',
    (t) => {
      const gradient = (x: tf.Tensor, at: tf.Tensor) => tf.sub(x, fun(x, at));
      const prox = (y: tf.Tensor, l1: number, scaling?: number | tf.Tensor) => lasso(y, l1, scaling);
      return new ProximalGradient({fun: {gradient}, prox}, options).run(t, 0, t);
    },
  ],
];

/** Throws at its n-th call, after a computation. */
const failingAt = (n: number) => {
  let calls = 0;
  return (x: tf.Tensor, t: tf.Tensor) => {
    const moved = half(x, t);
    if (++calls === n) throw new Error('user error');
    return moved;
  };
};

describeAnyBackend('iterative solvers, leaks', () => {
  // Calls of the function are counted.
  turnOffPrograms();
  for (const implicitDiff of [true, false]) {
    solvers(half, {implicitDiff}).forEach(([name, solve], index) => {
      const title = `${name} (implicitDiff: ${implicitDiff})`;

      it(`${title} leaves x and its state behind, nothing else`, () =>
        expectNoLeak(() => {
          const t = column();
          const before = tf.memory().numTensors;
          const {x, state} = solve(t);
          const names = ['status', 'iterations', 'residual'];
          if (name === 'ProximalGradient') names.push('stepSize');
          assert.sameMembers(Object.keys(state), names);
          assert.equal(tf.memory().numTensors, before + 1 + names.length);
          tf.dispose([t, x, ...Object.values(state)]);
        }));

      it(`${title} leaves nothing behind after gradients`, () =>
        expectNoLeak(() => {
          const t = column();
          const loss = (at: tf.Tensor) => tf.sum(tf.square(solve(at).x));
          const gradient = tf.grad(loss)(t);
          const ours = tf.tidy(() => vjp(loss, [t], tf.scalar(1)));
          tf.dispose([t, gradient, ours]);
        }));

      for (const call of [1, 4]) {
        it(`${title} leaves nothing behind when the function throws at call ${call}`, () =>
          expectNoLeak(() => {
            const t = column();
            const failing = () => solvers(failingAt(call), {implicitDiff})[index][1];
            assert.equal(
              messageOf(() => failing()(t)),
              'user error',
            );
            const loss = (at: tf.Tensor) => tf.sum(failing()(at).x);
            assert.equal(
              messageOf(() => tf.tidy(() => vjp(loss, [t], tf.scalar(1)))),
              'user error',
            );
            // Unrolled under tf.grad the tape is tfjs's own, which does not free what it saved when a forward pass throws.
            if (implicitDiff) {
              assert.equal(
                messageOf(() => tf.grad(loss)(t)),
                'user error',
              );
            }
            t.dispose();
          }));
      }
    });
  }
});
