/** @file What holds for every iterative solver: limits, defaults, counts, batches, and what a solved sample does. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {enableHigherOrderGradients} from '../../../src/index.js';
import {flatten, type Structure} from '../../../src/autodiff/index.js';
import '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {describeUnreadable, valuesOf} from '../../helpers/unreadable.js';
import {ITERATIVE_SOLVERS, type SolverCase, type Stepwise} from '../../zoo/iterative-solvers.js';

interface Outcome {
  /** The samples, each with the entries of all leaves. */
  x: number[][];
  status: number[];
  iterations: number[];
  residual: number[];
  /** How often the iteration was asked for a step. */
  steps: number;
}

function samplesOf(x: Structure, batch: number): number[][] {
  const leaves = flatten(x).map(valuesOf);
  return Array.from({length: batch}, (_, i) =>
    leaves.flatMap((leaf) => leaf.slice((i * leaf.length) / batch, ((i + 1) * leaf.length) / batch)),
  );
}

/** The solver, which says so before each step. */
function observed(made: unknown, look: () => void): Stepwise {
  const solver = made as Stepwise & {iteration: {step: (...args: unknown[]) => unknown}};
  const {iteration} = solver;
  const {step} = iteration;
  iteration.step = (...args) => {
    look();
    return step.apply(iteration, args);
  };
  return solver;
}

function outcomeOf({make, init, params, batch}: SolverCase, options: object = {}): Outcome {
  return tf.tidy(() => {
    let steps = 0;
    const solver = observed(make(options), () => steps++);
    const {x, state} = solver.run(init(), ...(params() as never[]));
    const [status, iterations, residual] = [state.status, state.iterations, state.residual].map(valuesOf);
    return {x: samplesOf(x, batch), status, iterations, residual, steps} as never;
  }) as unknown as Outcome;
}

// Which backend computes is no matter of the loop.
describe('every iterative solver', () => {
  before(async () => {
    enableHigherOrderGradients();
    await tf.setBackend('cpu');
  });

  for (const [name, given] of Object.entries(ITERATIVE_SOLVERS)) {
    const {make, batch, defaults} = given;

    it(`${name} has the limits and tolerances that its description names`, () => {
      const {maxIterations, tolerance, absoluteTolerance, implicitDiff} = make({}) as Stepwise;
      assert.deepEqual(
        {maxIterations, tolerance, absoluteTolerance, implicitDiff},
        {maxIterations: 500, tolerance: 1e-6, absoluteTolerance: 0, implicitDiff: true, ...defaults},
      );
    });

    it(`${name} ends soon after its last sample is solved, which stays where it was then`, () =>
      expectNoLeak(() => {
        const tolerance = 1e-4;
        const whole = outcomeOf(given, {tolerance});
        assert.deepEqual(whole.status, Array(batch).fill(0));
        const last = Math.max(...whole.iterations);
        assert.isAtLeast(whole.steps, last);
        assert.isBelow(whole.steps, last + 5);
        whole.residual.forEach((residual) => assert.isAtMost(residual, tolerance));
        // With one step less the slowest sample is not solved, and the others are where they were.
        const short = outcomeOf(given, {tolerance, maxIterations: last - 1});
        assert.equal(short.steps, last - 1);
        const isLast = whole.iterations.map((count) => count === last);
        const status = isLast.map((slowest) => (slowest ? 3 : 0));
        assert.deepEqual(short.status, status);
        assert.deepEqual(
          short.iterations,
          whole.iterations.map((count, i) => count - Number(isLast[i])),
        );
        short.residual.forEach((residual, i) => assert.equal(residual > tolerance, isLast[i]));
        isLast.forEach((slowest, i) => slowest || assert.deepEqual(short.x[i], whole.x[i]));
      }));

    it(`${name} keeps no more tensors at its last step than at its fourth, and goes where its steps lead`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const [init, params] = [given.init(), given.params()];
          const counts: number[] = [];
          const solver = observed(make({maxIterations: 9, tolerance: 0}), () => {
            counts.push(tf.memory().numTensors);
          });
          solver.run(init, ...(params as never[]));
          assert.isAtLeast(counts.length, 5);
          assert.equal(counts[counts.length - 1], counts[3]);
          // x after some steps is where as many steps lead, whatever was remembered.
          const three = (make({maxIterations: 3, tolerance: 0}) as Stepwise).run(
            init,
            ...(params as never[]),
          );
          const advanced = solver.advance(init, 3, params as never);
          assert.deepEqual(samplesOf(advanced, batch), samplesOf(three.x, batch));
        }),
      ));

    it(`${name} refuses limits and tolerances that are none`, () => {
      for (const maxIterations of [0, -1, 1.5, NaN]) {
        assert.match(
          messageOf(() => make({maxIterations})),
          /: maxIterations must be a positive integer, got /,
        );
      }
      for (const option of ['tolerance', 'absoluteTolerance']) {
        make({[option]: 0});
        for (const value of [-1e-9, NaN]) {
          assert.match(
            messageOf(() => make({[option]: value})),
            new RegExp(`: ${option} must not be negative, got `),
          );
        }
      }
      assert.match(
        messageOf(() => make({onFailure: 'shout'})),
        /: onFailure must be one of /,
      );
    });
  }
});

describeUnreadable('every iterative solver', () => {
  before(() => enableHigherOrderGradients());

  for (const [name, given] of Object.entries(ITERATIVE_SOLVERS)) {
    it(`${name} finds the same, in as many steps, and never looks at a tensor`, async () => {
      const maxIterations = 6;
      await tf.setBackend('cpu');
      const seen = outcomeOf(given, {maxIterations});
      await tf.setBackend('unreadable');
      await expectNoLeak(() => {
        const blind = outcomeOf(given, {maxIterations});
        assert.equal(blind.steps, maxIterations);
        assert.deepEqual(blind.status, seen.status);
        expectClose(blind.x.flat(), seen.x.flat(), 1e-5, 1e-6);
        assert.deepEqual(blind.iterations, seen.iterations);
      });
    });
  }
});
