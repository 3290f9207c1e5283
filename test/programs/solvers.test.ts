/** @file Every iterative solver as a program and operation by operation: the same solutions, and nothing left behind. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {enableHigherOrderGradients} from '../../src/index.js';
import {flatten, unflatten, type Structure} from '../../src/autodiff/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {LONG} from '../helpers/effort.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {programRuns, reasonsOf, withPrograms} from '../helpers/programs.js';
import {ITERATIVE_SOLVERS, type SolverCase, type Stepwise} from '../zoo/iterative-solvers.js';

const numbers = (structure: Structure) => flatten(structure).flatMap((leaf) => Array.from(leaf.dataSync()));

function outcomeOf({make, init, params}: SolverCase, options: object) {
  return tf.tidy(() => {
    const {x, state} = (make(options) as Stepwise).run(init(), ...(params() as never[]));
    return {x: numbers(x), status: numbers(state.status), iterations: numbers(state.iterations)} as never;
  }) as unknown as Record<'x' | 'status' | 'iterations', number[]>;
}

/** The gradients of a sum of the solution's entries, each with another weight, in the parameters that are tensors. */
function gradientsOf({make, init, params}: SolverCase, options: object): number[] {
  return tf.tidy(() => {
    const given = params();
    const leaves = flatten(given as never).filter(({dtype}) => dtype === 'float32');
    const loss = (...tensors: tf.Tensor[]) => {
      let next = 0;
      const all = flatten(given as never).map((leaf) => (leaf.dtype === 'float32' ? tensors[next++] : leaf));
      const {x} = (make(options) as Stepwise).run(init(), ...(unflatten(given as never, all) as never[]));
      return tf.addN(
        flatten(x).map((leaf, i) =>
          tf.sum(tf.mul(leaf, tf.reshape(tf.cos(tf.add(i, tf.range(0, leaf.size))), leaf.shape))),
        ),
      ) as tf.Scalar;
    };
    return tf
      .grads(loss)(leaves)
      .flatMap((gradient) => Array.from(gradient.dataSync())) as never;
  }) as unknown as number[];
}

/** Float32 rounding, multiplied by the condition of the problems; solutions are as accurate as float32 allows. */
const CLOSE = 2e-6;

describeAnyBackend('iterative solvers as programs', () => {
  before(() => enableHigherOrderGradients());

  for (const [name, given] of Object.entries(ITERATIVE_SOLVERS)) {
    // Operation by operation, its line search takes seconds.
    if (name === 'NonlinearCG' && !LONG) continue;
    it(`${name} has the same solution and gradient with programs and without`, () =>
      expectNoLeak(() => {
        const options = {tolerance: 1e-6};
        const outcome = () => ({...outcomeOf(given, options), gradient: gradientsOf(given, options)});
        let program!: ReturnType<typeof outcome>;
        const runs = programRuns(() => (program = withPrograms('on', outcome)));
        let operations!: ReturnType<typeof outcome>;
        const others = programRuns(() => (operations = withPrograms('off', outcome)));
        assert.deepEqual(program.status, operations.status);
        expectClose(program.x, operations.x, CLOSE);
        expectClose(program.gradient, operations.gradient, CLOSE);
        // A run for each step of both solves, some for the gradient's linear system, and one for the gradient itself.
        assert.isAbove(runs, 2 * Math.max(...program.iterations));
        assert.equal(others, 0);
      }));
  }

  for (const [name, given] of Object.entries(ITERATIVE_SOLVERS)) {
    it(`${name} takes the same steps at tolerance 0, where only the last one is tested`, () => {
      for (const maxIterations of [1, 12]) {
        const options = {tolerance: 0, maxIterations, onFailure: 'ignore'};
        // With a listener every step is tested.
        const tested = withPrograms('on', () => outcomeOf(given, {...options, onIteration: () => undefined}));
        const untested = withPrograms('on', () => outcomeOf(given, options));
        expectClose(untested.x, tested.x, 1e-6);
        if (tested.iterations.every((count) => count === maxIterations)) assert.deepEqual(untested, tested);
      }
    });

    it(`${name} runs as a program`, () => {
      const reasons = reasonsOf(() => [
        outcomeOf(given, {maxIterations: 3}),
        gradientsOf(given, {maxIterations: 3}),
      ]);
      assert.deepEqual(reasons, []);
    });
  }
});
