/** @file Graphs that are used again: a solver that has run computes what a new one does, whatever its functions close over by then. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {customRoot, enableHigherOrderGradients, projections, solvers} from '../../src/index.js';
import {flatten, unflatten, type Structure} from '../../src/autodiff/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {LONG} from '../helpers/effort.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {withPrograms} from '../helpers/programs.js';
import {ITERATIVE_SOLVERS, surroundings, type SolverCase, type Stepwise} from '../zoo/iterative-solvers.js';

const numbers = (structure: Structure) => flatten(structure).flatMap((leaf) => Array.from(leaf.dataSync()));

/** The solution and the gradients of a weighted sum of it. */
function outcomeOf(solver: Stepwise, {init, params}: Pick<SolverCase, 'init' | 'params'>): number[] {
  return tf.tidy(() => {
    const given = params();
    const floats = flatten(given as never);
    let solution!: number[];
    const loss = (...tensors: tf.Tensor[]) => {
      const {x} = solver.run(init(), ...(unflatten(given as never, tensors) as never[]));
      solution = numbers(x);
      return tf.addN(flatten(x).map((leaf, i) => tf.sum(tf.mul(leaf, tf.add(leaf, i + 1))))) as tf.Scalar;
    };
    const gradients = floats.length > 0 ? tf.grads(loss)(floats) : [];
    return [...solution, ...numbers(gradients)] as never;
  }) as unknown as number[];
}

const OPTIONS = {tolerance: 1e-6, maxIterations: 40, onFailure: 'ignore'};

/** What the functions see, run by run: nothing new, other numbers, tensors that come, change and go, and another operation. */
const STATES: {name: string; change: () => void}[] = [
  {name: 'first', change: () => undefined},
  {name: 'second', change: () => undefined},
  {name: 'third', change: () => undefined},
  {name: 'a number', change: () => (surroundings.shift = 0.05)},
  {name: 'the number again', change: () => undefined},
  {name: 'another number', change: () => (surroundings.shift = -0.05)},
  {name: 'the opposite sign again', change: () => undefined},
  {name: 'a tensor', change: () => (surroundings.weight = tf.tensor2d([[0.9, 1.1]]))},
  {name: 'the tensor again', change: () => undefined},
  {name: 'another tensor', change: () => (surroundings.weight = tf.tensor2d([[1.2, 0.8]]))},
  {name: 'a tensor of another shape', change: () => (surroundings.weight = tf.scalar(0.9))},
  {name: 'another operation', change: () => (surroundings.isBent = true)},
  {name: 'that operation again', change: () => undefined},
  {name: 'nothing', change: reset},
];

function reset(): void {
  Object.assign(surroundings, {shift: 0, weight: null, isBent: false});
}

describeAnyBackend('graphs that are used again', () => {
  before(() => enableHigherOrderGradients());
  afterEach(reset);

  const often = ['MirrorDescent', 'NewtonRoot', 'fromStep', 'AndersonAcceleration', 'GaussNewton'];
  for (const name of LONG ? Object.keys(ITERATIVE_SOLVERS) : often) {
    const given = ITERATIVE_SOLVERS[name];
    it(`${name} that has run computes what a new one computes`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const used = given.make(OPTIONS) as Stepwise;
          for (const {name: what, change} of STATES) {
            change();
            assert.deepEqual(outcomeOf(used, given), outcomeOf(given.make(OPTIONS) as Stepwise, given), what);
          }
        }),
      ));
  }

  it("call the user's function a few times, and none of it is traced again", () => {
    let calls = 0;
    const fun = (x: tf.Tensor, at: tf.Tensor) => {
      calls++;
      return tf.sum(tf.add(tf.square(tf.sub(x, at)), tf.mul(0.1, tf.pow(x, 4))), 1);
    };
    const solver = new solvers.GradientDescent({fun}) as unknown as Stepwise;
    const problem = {init: () => tf.zeros([2, 3]), params: () => [tf.ones([2, 3])]};
    const counts = [0, 0, 0, 0, 0].map(() => {
      calls = 0;
      outcomeOf(solver, problem);
      return calls;
    });
    // Once before the solve, once before its gradient, and once for the value that is reported.
    assert.isAtLeast(counts[0], 8);
    assert.deepEqual(counts.slice(2), [3, 3, 3]);
  });

  it('follow the gradient of an operation of the user’s', () => {
    let factor = 1;
    const tripled = tf.customGrad((x) => {
      const value = tf.mul(x as tf.Tensor, 3);
      return {value, gradFunc: (dy: tf.Tensor) => [tf.mul(dy, factor)]};
    });
    const map = (x: tf.Tensor, at: tf.Tensor) => tf.add(tf.mul(0.1, tf.cos(x)), tripled(at));
    const solver = new solvers.FixedPointIteration({fun: map}) as unknown as Stepwise;
    const problem = {init: () => tf.zeros([1, 2]), params: () => [tf.tensor2d([[0.2, 0.4]])]};
    const gradients = [1, 1, 1, 2, 2, 3].map((value) => {
      factor = value;
      return outcomeOf(solver, problem)
        .slice(2)
        .map((entry) => entry / value);
    });
    for (const gradient of gradients) expectClose(gradient, gradients[0], 1e-6);
  });

  it('follow the condition of a root inside a function', () => {
    let exponent = 1;
    const half = (at: tf.Tensor) =>
      customRoot((y: tf.Tensor, b: tf.Tensor) => tf.mul(exponent, tf.sub(tf.mul(2, y), b)))(
        (_init, b: tf.Tensor) => tf.mul(0.5, b),
      )(null, at);
    const map = (x: tf.Tensor, at: tf.Tensor) => tf.add(tf.mul(0.1, tf.cos(x)), half(at));
    const solver = new solvers.FixedPointIteration({fun: map}) as unknown as Stepwise;
    const problem = {init: () => tf.zeros([1, 2]), params: () => [tf.tensor2d([[0.2, 0.4]])]};
    const outcomes = [1, 1, 1, 3, 3, 0.5].map((value) => {
      exponent = value;
      return outcomeOf(solver, problem);
    });
    for (const outcome of outcomes) expectClose(outcome, outcomes[0], 1e-6);
  });

  it('know which of the parameters are the same tensor', () => {
    const fun = (x: tf.Tensor, a: tf.Tensor, b: tf.Tensor) =>
      tf.sum(tf.add(tf.square(tf.sub(x, a)), tf.square(tf.sub(x, tf.mul(2, b)))), 1);
    const solver = new solvers.GradientDescent<tf.Tensor, [tf.Tensor, tf.Tensor]>({fun});
    tf.tidy(() => {
      const [one, other] = [tf.tensor2d([[1, 2]]), tf.tensor2d([[3, 5]])];
      const at = (a: tf.Tensor, b: tf.Tensor) => numbers(solver.run(tf.zeros([1, 2]), a, b).x);
      for (let k = 0; k < 3; k++) expectClose(at(one, one), [1.5, 3], 1e-6);
      for (let k = 0; k < 3; k++) expectClose(at(one, other), [3.5, 6], 1e-6);
      expectClose(at(other, one), [2.5, 4.5], 1e-6);
      expectClose(at(one, one), [1.5, 3], 1e-6);
    });
  });

  it('know which of the parameters a function also closes over', () => {
    let inner: tf.Tensor;
    const fun = (x: tf.Tensor, a: tf.Tensor) =>
      tf.sum(tf.add(tf.square(tf.sub(x, a)), tf.square(tf.sub(x, inner))), 1);
    const solver = new solvers.GradientDescent<tf.Tensor, [tf.Tensor]>({fun});
    tf.tidy(() => {
      const tensors = [1, 3, 7].map((value) => tf.tensor2d([[value]]));
      for (const [a, b] of [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 1],
        [0, 1],
        [2, 1],
        [1, 2],
        [1, 1],
      ]) {
        inner = tensors[b];
        expectClose(
          numbers(solver.run(tf.zeros([1, 1]), tensors[a]).x),
          [([1, 3, 7][a] + [1, 3, 7][b]) / 2],
          1e-6,
        );
      }
    });
  });

  it('distinguish step sizes, sets and structures that change', () => {
    let size = 0.1;
    const fun = (x: tf.Tensor, at: tf.Tensor) => tf.sum(tf.square(tf.sub(x, at)), 1);
    const make = () =>
      new solvers.ProjectedGradient(
        {
          fun,
          projection: (y: tf.Tensor, bound: {top: number} | tf.Tensor) =>
            bound instanceof tf.Tensor
              ? tf.minimum(y, bound)
              : projections.box(y, {lower: -9, upper: bound.top}),
        },
        {stepSize: () => size, maxIterations: 3, tolerance: 0},
      );
    const used = make();
    tf.tidy(() => {
      const at = tf.tensor2d([[1, 5]]);
      const bounds = [{top: 2}, {top: 2}, {top: 2}, {top: 3}, tf.scalar(1), tf.scalar(2), {top: 2}];
      bounds.forEach((bound, i) => {
        size = 0.1 + 0.05 * (i % 4);
        const xs = [used, make()].map((solver) =>
          numbers(solver.run(tf.zeros([1, 2]), bound as never, at).x),
        );
        assert.deepEqual(xs[0], xs[1]);
      });
    });
  });

  it('give the results of operations', () => {
    for (const given of Object.values(ITERATIVE_SOLVERS).slice(0, 4)) {
      const used = given.make(OPTIONS) as Stepwise;
      const outcomes = [0, 1, 2].map(() => outcomeOf(used, given));
      const operations = withPrograms('off', () => outcomeOf(used, given));
      for (const outcome of outcomes) expectClose(outcome, operations, 3e-6);
    }
  });
});
