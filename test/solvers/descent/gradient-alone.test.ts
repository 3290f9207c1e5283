/** @file Minimisation by a gradient alone: every first-order solver finds what it finds with f, and differentiates it. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {conditions, enableHigherOrderGradients, projections, prox, solvers} from '../../../src/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';

/** ¼x⁴ + ½θx² − cx, an entry each: convex, and no parabola. */
const THETA = [1, 4, 0.5, 9];
const ROOT = [0.5, -0.25, 1.2, -0.8];
const C = ROOT.map((x, i) => x ** 3 + THETA[i] * x);
const theta = () => tf.tensor2d(THETA, [2, 2]);
const c = (): tf.Tensor => tf.tensor2d(C, [2, 2]);
const gradient = (x: tf.Tensor, at: tf.Tensor) => tf.sub(tf.add(tf.pow(x, 3), tf.mul(theta(), x)), at);
const start = () => tf.zeros([2, 2]);
const FREE = {lower: -5, upper: 5};

type Run = (at: tf.Tensor) => {x: tf.Tensor; state: solvers.IterationState};

const SOLVERS: Record<string, Run> = {
  GradientDescent: (at) => new solvers.GradientDescent<tf.Tensor, [tf.Tensor]>({gradient}).run(start(), at),
  ProximalGradient: (at) =>
    new solvers.ProximalGradient<tf.Tensor, number, [tf.Tensor]>({gradient, prox: prox.lasso}).run(
      start(),
      0,
      at,
    ),
  ProjectedGradient: (at) =>
    new solvers.ProjectedGradient<tf.Tensor, typeof FREE, [tf.Tensor]>({
      gradient,
      projection: projections.box,
    }).run(start(), FREE, at),
  BFGS: (at) => new solvers.BFGS<tf.Tensor, [tf.Tensor]>({gradient}).run(start(), at),
  LBFGS: (at) => new solvers.LBFGS<tf.Tensor, [tf.Tensor]>({gradient}).run(start(), at),
  NonlinearCG: (at) => new solvers.NonlinearCG<tf.Tensor, [tf.Tensor]>({gradient}).run(start(), at),
  Newton: (at) => new solvers.Newton<tf.Tensor, [tf.Tensor]>({gradient}).run(start(), at),
  LBFGSB: (at) => new solvers.LBFGSB<[tf.Tensor]>({gradient}).run(start(), FREE, at),
  ...Object.fromEntries(
    (['backtracking', 'hagerZhang'] as const).map((name) => [
      `LBFGS by ${name}`,
      (at: tf.Tensor) =>
        new solvers.LBFGS<tf.Tensor, [tf.Tensor]>({gradient}, {lineSearch: solvers.lineSearches[name]()}).run(
          start(),
          at,
        ),
    ]),
  ),
};

describeAnyBackend('a problem given by its gradient alone', () => {
  before(() => enableHigherOrderGradients());

  for (const [name, run] of Object.entries(SOLVERS)) {
    it(`${name} solves it, and its solution has the right derivative`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const {x, state} = run(c());
          expectClose(state.status, [0, 0]);
          expectClose(x, ROOT, 1e-5, 1e-5);
          const slope = tf.grad((at: tf.Tensor) => tf.sum(run(at).x))(c());
          expectClose(
            slope,
            ROOT.map((value, i) => 1 / (3 * value * value + THETA[i])),
            2e-5,
          );
        }),
      ));
  }

  it('BlockCoordinateDescent and MirrorDescent take it too', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const at = tf.tensor2d([[2], [-1]]);
        const blocks = new solvers.BlockCoordinateDescent<tf.Tensor[], [tf.Tensor]>({
          gradient: ([u, v], t) => [tf.sub(tf.mul(2, u), tf.add(t, v)), tf.sub(v, u)],
          prox: prox.none,
        });
        const {x} = blocks.run([tf.zeros([2, 1]), tf.zeros([2, 1])], null, at);
        x.forEach((block) => expectClose(block, [2, -1], 1e-4));
        const mirror = new solvers.MirrorDescent<tf.Tensor, null, [tf.Tensor]>(
          {
            gradient: (y, t) => tf.sub(tf.add(1, tf.log(y)), t),
            geometry: conditions.entropy as conditions.MirrorGeometry<tf.Tensor, null>,
          },
          {stepSize: 0.5},
        );
        const found = mirror.run(tf.fill([1, 2], 0.5), null, tf.log(tf.tensor2d([[3, 1]])));
        expectClose(found.x, [0.75, 0.25], 1e-5);
      }),
    ));

  it('LBFGSB holds entries at their bounds', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {x, state} = new solvers.LBFGSB<[tf.Tensor]>({gradient}).run(
          start(),
          {lower: -0.5, upper: 0.6},
          c(),
        );
        expectClose(state.status, [0, 0]);
        expectClose(x, [0.5, -0.25, 0.6, -0.5], 1e-5, 1e-5);
      }),
    ));

  it('ArmijoSGD shortens a step that is too long by slopes', () =>
    expectNoLeak(async () => {
      // ½·40·‖x − d‖²: steps beyond 2/40 grow.
      const solver = new solvers.ArmijoSGD<tf.Tensor, tf.Tensor, []>({
        gradient: (x, d) => tf.mul(40, tf.sub(x, d)),
      });
      const batches = Array.from({length: 60}, () => tf.tensor1d([3, -4]));
      const init = tf.zeros([2]);
      const progress = await solver.runIterator(init, batches);
      expectClose(progress.x, [3, -4], 1e-4);
      tf.dispose([progress as unknown as tf.TensorContainerObject, batches, init]);
    }));

  it('goes down a long bent valley as with f: Rosenbrock', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const valley = (x: tf.Tensor) => {
          const [a, b] = tf.split(x, 2, 1);
          const off = tf.sub(b, tf.square(a));
          return tf.concat(
            [tf.sub(tf.mul(-400, tf.mul(a, off)), tf.mul(2, tf.sub(1, a))), tf.mul(200, off)],
            1,
          );
        };
        for (const name of ['BFGS', 'LBFGS', 'NonlinearCG'] as const) {
          const solver = new solvers[name]<tf.Tensor, []>({gradient: valley}, {maxIterations: 300});
          const {x, state} = solver.run(tf.tensor2d([[-1.2, 1]]));
          assert.equal(state.status.dataSync()[0], 0, name);
          expectClose(x, [1, 1], 1e-3);
        }
      }),
    ));

  it('says that it falls without end', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const falling = (x: tf.Tensor) => tf.neg(tf.onesLike(x));
        for (const name of ['LBFGS', 'BFGS', 'NonlinearCG', 'GradientDescent'] as const) {
          const {x, state} = new solvers[name]<tf.Tensor, []>({gradient: falling}).run(tf.zeros([1, 1]));
          expectClose(state.status, [2]);
          expectClose(x, [0], 0);
        }
        const bounds = {lower: -1, upper: Infinity};
        const {state} = new solvers.LBFGSB<[]>({gradient: falling}).run(tf.zeros([1, 1]), bounds);
        expectClose(state.status, [2]);
      }),
    ));
});
