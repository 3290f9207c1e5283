/** @file start and update: a loop of one's own goes where run goes. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {enableHigherOrderGradients, solvers} from '../../../src/index.js';
import {flatten, type Structure} from '../../../src/autodiff/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';
import {ITERATIVE_SOLVERS, smoothProblems, type Stepwise} from '../../zoo/iterative-solvers.js';

const {C, c, fun, root, map, residual} = smoothProblems;

const numbers = (structure: Structure) => flatten(structure).flatMap((leaf) => Array.from(leaf.dataSync()));

describeAnyBackend('start and update', () => {
  before(() => enableHigherOrderGradients());

  for (const [name, {make, init, params, batch}] of Object.entries(ITERATIVE_SOLVERS)) {
    it(`${name}: as many steps give exactly what run gives`, () =>
      expectNoLeak(() => {
        const [from, given] = [init(), params()];
        for (const steps of [1, 4]) {
          const solver = make({maxIterations: steps}) as Stepwise;
          const {x, state} = solver.run(from, ...(given as never[]));
          let progress = solver.start(from, ...(given as never[]));
          assert.deepEqual(numbers(progress.iterations), Array(batch).fill(0));
          assert.deepEqual(numbers(progress.status), Array(batch).fill(3));
          for (let k = 0; k < steps; k++) {
            const next = solver.update(progress, ...(given as never[]));
            tf.dispose(progress as unknown as tf.TensorContainer);
            progress = next;
          }
          assert.deepEqual(numbers(progress.x), numbers(x));
          for (const entry of ['status', 'iterations', 'residual'] as const) {
            assert.deepEqual(numbers(progress[entry]), numbers(state[entry]), entry);
          }
          tf.dispose([x as tf.TensorContainer, state as never, progress as never]);
        }
        tf.dispose([from as tf.TensorContainer, given as never]);
      }));
  }

  it('a sample that is solved stays as it is, while others go on', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // Contractions by 0.1 and 0.8.
        const rate = tf.tensor2d([[0.1], [0.8]]);
        const solver = new solvers.FixedPointIteration<tf.Tensor, [tf.Tensor]>(
          {fun: (x, at) => tf.add(tf.mul(rate, x), at)},
          {tolerance: 1e-4},
        );
        const at = tf.tensor2d([[0.9], [0.2]]);
        let progress = solver.start(tf.zeros([2, 1]), at);
        const history: {x: number[]; status: number[]; iterations: number[]}[] = [];
        for (let k = 0; k < 60; k++) {
          progress = solver.update(progress, at);
          const [x, status, iterations] = [progress.x, progress.status, progress.iterations].map(numbers);
          history.push({x, status, iterations});
        }
        const solved = [0, 1].map((i) => history.findIndex(({status}) => status[i] === 0));
        assert.isBelow(solved[0], solved[1]);
        [0, 1].forEach((i) => {
          const {x, iterations} = history[solved[i]];
          assert.equal(iterations[i], solved[i] + 1);
          history.slice(solved[i]).forEach((later) => {
            assert.equal(later.x[i], x[i]);
            assert.equal(later.iterations[i], iterations[i]);
            assert.equal(later.status[i], 0);
          });
        });
      }),
    ));

  it('a solved sample goes on with new data', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const make of [
          () => new solvers.LBFGS<tf.Tensor, [tf.Tensor]>({fun}),
          () => new solvers.GradientDescent<tf.Tensor, [tf.Tensor]>({fun}),
          () => new solvers.FixedPointIteration<tf.Tensor, [tf.Tensor]>({fun: map}),
          () => new solvers.Bisection<[tf.Tensor]>({fun: root}, {lower: -3, upper: 3}),
          () => new solvers.LevenbergMarquardt<tf.Tensor, [tf.Tensor]>({residual}),
        ]) {
          const solver = make() as solvers.IterativeSolver<tf.Tensor, [tf.Tensor]>;
          const follow = (from: solvers.Progress<tf.Tensor>, at: tf.Tensor) => {
            let progress = solver.update(from, at);
            for (let k = 1; k < 60 && numbers(progress.status).includes(3); k++) {
              progress = solver.update(progress, at);
            }
            return progress;
          };
          const at = c();
          const first = follow(solver.start(tf.ones([2, 2]), at), at);
          const other = tf.add(at, tf.tensor2d([0.2, 0.3, 0, 0], [2, 2]));
          const second = follow(first, other);
          expectClose(second.status, [0, 0]);
          expectClose(second.x, solver.run(tf.ones([2, 2]), other).x, 1e-4);
          const counts = [first, second].map(({iterations}) => numbers(iterations));
          assert.isAbove(counts[1][0], counts[0][0]);
        }
      }),
    ));

  it('a sample that fails stays failed', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solver = new solvers.FixedPointIteration<tf.Tensor, [tf.Tensor]>({
          fun: (x, at) => tf.mul(0.5, tf.add(x, at)),
        });
        const at = tf.tensor2d([[1], [NaN]]);
        let progress = solver.start(tf.zeros([2, 1]), at);
        for (let k = 0; k < 30; k++) progress = solver.update(progress, at);
        expectClose(progress.status, [0, 4]);
        expectClose(tf.slice(progress.x, 0, 1), [1], 1e-5);
        expectClose(tf.slice(progress.iterations, 1, 1), [1]);
      }),
    ));

  it('a loop under tf.grad is differentiated through its steps', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // x ← x − η(x − c) from zero: after k steps (1 − (1 − η)ᵏ)c.
        const solver = new solvers.GradientDescent<tf.Tensor, [tf.Tensor]>(
          {fun: (x, at) => tf.mul(0.5, tf.sum(tf.square(tf.sub(x, at)), 1))},
          {stepSize: 0.25, acceleration: false},
        );
        const loop = (at: tf.Tensor) => {
          let progress = solver.start(tf.zeros([2, 2]), at);
          for (let k = 0; k < 3; k++) progress = solver.update(progress, at);
          return progress.x;
        };
        const share = 1 - 0.75 ** 3;
        expectClose(
          loop(c()),
          C.flat().map((value) => share * value),
          1e-6,
        );
        const gradient = tf.grad((at: tf.Tensor) =>
          tf.sum(tf.mul(loop(at), tf.tensor2d([1, 2, 3, 4], [2, 2]))),
        );
        expectClose(gradient(c()), [share, 2 * share, 3 * share, 4 * share], 1e-6);
      }),
    ));

  it('a loop under tf.grad is differentiated in where it starts', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solver = new solvers.FixedPointIteration<tf.Tensor, [tf.Tensor]>({
          fun: (x, at) => tf.add(tf.mul(0.5, x), at),
        });
        const at = c();
        const gradient = tf.grad((from: tf.Tensor) => {
          let progress = solver.start(from, at);
          for (let k = 0; k < 4; k++) progress = solver.update(progress, at);
          return tf.sum(progress.x);
        });
        expectClose(gradient(tf.zeros([2, 2])), Array(4).fill(1 / 16), 1e-6);
      }),
    ));
});
