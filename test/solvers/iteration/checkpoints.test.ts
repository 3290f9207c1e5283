/** @file Gradients and tangents through iterations: those of recorded steps, in less memory. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {enableHigherOrderGradients, jvp, solvers, vjp} from '../../../src/index.js';
import {flatten, unflatten, type Structure} from '../../../src/autodiff/index.js';
import {Checkpoints} from '../../../src/solvers/iteration/checkpoints.js';
import {describeAnyBackend, describeBackends} from '../../helpers/backends.js';
import {effort, LONG} from '../../helpers/effort.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';
import {peakBytes} from '../../helpers/peak-bytes.js';
import {withPrograms} from '../../helpers/programs.js';
import {ITERATIVE_SOLVERS, type SolverCase, type Stepwise} from '../../zoo/iterative-solvers.js';

/** x after `steps` steps as a function of x₀ and of the data (the last parameter), by `run` or step by step. */
function maps({make, init, params}: SolverCase, tolerance: number, steps: number) {
  const solver = make({implicitDiff: false, tolerance, maxIterations: steps}) as Stepwise;
  const start = init();
  const given = params();
  const data = given.slice(0, -1);
  const split = (leaves: tf.Tensor[]) => ({
    x: unflatten(start, leaves.slice(0, -1)),
    params: [...data, leaves[leaves.length - 1]] as never[],
  });
  return {
    at: [...flatten(start), given[given.length - 1] as tf.Tensor],
    run: (...leaves: tf.Tensor[]): Structure => {
      const {x, params: all} = split(leaves);
      return solver.run(x, ...all).x;
    },
    recorded: (...leaves: tf.Tensor[]): Structure => {
      const {x, params: all} = split(leaves);
      let progress = solver.start(x, ...all);
      for (let k = 0; k < steps; k++) progress = solver.update(progress, ...all);
      return progress.x;
    },
  };
}

const weights = (like: Structure): Structure =>
  unflatten(
    like,
    flatten(like).map(({shape, size}, i) => tf.reshape(tf.cos(tf.range(i, i + size)), shape)),
  );

const FEW = [
  'GradientDescent',
  'Newton',
  'ProximalGradient',
  'AndersonAcceleration',
  'GaussNewton',
  'fromStep',
];

describeAnyBackend('gradients from checkpoints', () => {
  before(() => enableHigherOrderGradients());

  for (const [name, solver] of Object.entries(ITERATIVE_SOLVERS)) {
    if (name === 'Bisection') continue;
    // In float32, steps are the same operations; programs round less.
    for (const [mode, accuracy] of [
      ['off', 2e-5],
      ['on', 2e-3],
    ] as const) {
      // Operation by operation, a solve takes seconds: one of each kind stands for the others.
      if (mode === 'off' && !LONG && !FEW.includes(name)) continue;
      it(`${name}, programs ${mode}: as through recorded steps, samples that stop included`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const limits = [
              [1e-2, 12],
              [0, 7],
            ];
            for (const [tolerance, steps] of limits.slice(0, effort(1, 2))) {
              const {at, run, recorded} = maps(solver, tolerance, steps);
              const u = weights(solver.init());
              const expected = withPrograms('off', () => vjp(recorded, at, u));
              const found = withPrograms(mode, () => vjp(run, at, u));
              const size = Math.max(...expected.map((leaf) => tf.max(tf.abs(leaf)).dataSync()[0]));
              found.forEach((leaf, i) => expectClose(leaf, expected[i], accuracy, accuracy * size));
            }
          }),
        ));

      it(`${name}, programs ${mode}: the tangent is the adjoint of the gradient`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const {at, run} = maps(solver, 0, 6);
            const u = weights(solver.init());
            const v = at.map((leaf, i) => tf.randomNormal(leaf.shape, 0, 1, 'float32', 50 + i));
            const [along, back] = withPrograms(mode, () => [flatten(jvp(run, at, v)), vjp(run, at, u)]);
            const dot = (a: tf.Tensor[], b: tf.Tensor[]) =>
              a.reduce((sum, leaf, i) => sum + tf.sum(tf.mul(leaf, b[i])).dataSync()[0], 0);
            const [left, right] = [dot(flatten(u), along), dot(back, v)];
            assert.closeTo(left, right, accuracy * (1 + Math.abs(left)));
          }),
        ));
    }
  }
});

describeBackends('gradients from checkpoints', () => {
  before(() => enableHigherOrderGradients());
  const map = (x: tf.Tensor, c: tf.Tensor) => tf.mul(0.5, tf.add(tf.cos(x), c));
  const solverOf = (maxIterations: number, fun: (x: tf.Tensor, c: tf.Tensor) => tf.Tensor = map) =>
    new solvers.FixedPointIteration<tf.Tensor, [tf.Tensor]>(
      {fun},
      {implicitDiff: false, tolerance: 0, maxIterations},
    );
  /** x ← ½(cos x + c), K times from 1, with its first two derivatives in c. */
  const expected = (c: number, steps: number) => {
    let [x, dx, ddx] = [1, 0, 0];
    for (let k = 0; k < steps; k++) {
      const next = 0.5 * (Math.cos(x) + c);
      const [sin, cos] = [Math.sin(x), Math.cos(x)];
      [x, dx, ddx] = [next, 0.5 * (1 - sin * dx), -0.5 * (cos * dx * dx + sin * ddx)];
    }
    return [x, dx, ddx];
  };

  for (const mode of ['on', 'off'] as const) {
    it(`have second derivatives, programs ${mode}`, () =>
      expectNoLeak(() =>
        tf.tidy(() =>
          withPrograms(mode, () => {
            const run = (c: tf.Tensor) => tf.sum(solverOf(6).run(tf.ones([1, 1]), c).x);
            const c = tf.tensor2d([[0.4]]);
            const [, first, second] = expected(0.4, 6);
            expectClose(tf.grad(run)(c), [first], 1e-5);
            expectClose(tf.grad((at) => tf.sum(vjp(run, [at], tf.scalar(1))[0]))(c), [second], 1e-5);
            expectClose(
              jvp((at: tf.Tensor) => vjp(run, [at], tf.scalar(1))[0], [c], [c]),
              [0.4 * second],
              1e-5,
            );
            expectClose(
              vjp((at: tf.Tensor) => jvp(run, [at], [tf.onesLike(at)]), [c], tf.scalar(1))[0],
              [second],
              1e-5,
            );
          }),
        ),
      ));

    it(`of variables and of tensors that the function closes over, programs ${mode}`, () =>
      expectNoLeak(() => {
        const weight = tf.tidy(() => tf.variable(tf.tensor2d([[0.4]]), true));
        withPrograms(mode, () =>
          tf.tidy(() => {
            const one = tf.ones([1, 1]);
            const {grads} = tf.variableGrads(() => {
              // Made in the forward pass, and gone before the backward pass unless it is kept.
              const made = tf.tidy(() => tf.mul(weight, tf.add(tf.ones([1, 1]), 1)));
              const solver = solverOf(6, (x) => tf.mul(0.5, tf.add(tf.cos(x), tf.div(made, 2))));
              return tf.sum(solver.run(one, one).x) as tf.Scalar;
            }, [weight]);
            expectClose(grads[weight.name], [expected(0.4, 6)[1]], 1e-5);
          }),
        );
        weight.dispose();
      }));

    it(`of a map that draws random numbers are those of the steps that were made, programs ${mode}`, () =>
      expectNoLeak(() =>
        tf.tidy(() =>
          withPrograms(mode, () => {
            const drawn: number[] = [];
            const noisy = (x: tf.Tensor, c: tf.Tensor) => {
              const factor = Math.random();
              drawn.push(factor);
              return tf.mul(factor, tf.add(tf.mul(0.5, x), c));
            };
            const run = (c: tf.Tensor) => tf.sum(solverOf(4, noisy).run(tf.ones([1, 1]), c).x);
            const slope = tf
              .grad(run)(tf.tensor2d([[0.4]]))
              .dataSync()[0];
            const made = drawn.slice(-4);
            let dx = 0;
            for (const factor of made) dx = factor * (0.5 * dx + 1);
            assert.closeTo(slope, dx, 1e-5);
          }),
        ),
      ));
  }
});

describeAnyBackend('memory of gradients from checkpoints', () => {
  if (!LONG) return;
  it('grows like the square root of the number of steps, operation by operation', () =>
    tf.tidy(() =>
      withPrograms('off', () => {
        // A state of 1.6 MB.
        const c = tf.fill([1, 100_000], 0.4);
        const peaks = [8, 32, 128].map((maxIterations) => {
          const solver = new solvers.FixedPointIteration<tf.Tensor, [tf.Tensor]>(
            {fun: (x, at) => tf.mul(0.5, tf.add(tf.square(x), at))},
            {implicitDiff: false, tolerance: 0, maxIterations},
          );
          const run = (at: tf.Tensor) => tf.sum(solver.run(tf.ones([1, 100_000]), at).x);
          return peakBytes(() => tf.grad(run)(c));
        });
        // Four times the steps: twice the memory, where plain recording needs four times as much.
        for (let i = 1; i < peaks.length; i++) assert.isBelow(peaks[i] / peaks[i - 1], 2.6);
      }),
    ));
});

describe('checkpoints', () => {
  it('are O(√K), and so are the stretches between them', () => {
    for (const K of [1, 2, 10, 100, 1000, 12345]) {
      const freed: number[] = [];
      const states = new Checkpoints<number>(1, (state) => void freed.push(state), 0);
      for (let k = 0; k < K; k++) states.offer(k, () => k);
      const steps = states.all.map(({step}) => step);
      assert.deepEqual(
        states.all.map(({state}) => state),
        steps,
      );
      assert.equal(steps[0], 0);
      assert.isAtMost(steps.length, 2 * Math.sqrt(K) + 2);
      const ends = [...steps.slice(1), K];
      assert.isAtMost(Math.max(...ends.map((end, i) => end - steps[i])), 2 * Math.sqrt(K) + 2);
      // What is not there any longer was freed, once.
      assert.equal(new Set([...freed, ...steps]).size, freed.length + steps.length);
    }
  });

  it('are all states while there is room', () => {
    const states = new Checkpoints<number>(8, undefined, 800);
    for (let k = 0; k < 100; k++) states.offer(k, () => k);
    assert.equal(states.all.length, 100);
    states.offer(100, () => 100);
    assert.isBelow(states.all.length, 60);
  });
});
