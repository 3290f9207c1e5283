/** @file Step sizes by iteration: the steps are those of the formula, with programs and without. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {conditions, prox, projections, solvers} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {withPrograms} from '../../helpers/programs.js';
import {soft} from '../../zoo/maps.js';

const SLOPES = [1, 3];
const C = [2, -1];
/** ½ Σ sⱼ (xⱼ − cⱼ)². */
const fun = (x: tf.Tensor, c: tf.Tensor) =>
  tf.mul(0.5, tf.sum(tf.mul(tf.tensor1d(SLOPES), tf.squaredDifference(x, c)), -1));
const byIteration = (k: number) => 0.3 / Math.sqrt(k);
const STEPS = 4;
const options = {stepSize: {byIteration}, maxIterations: STEPS, tolerance: 0};

/** x after four steps. */
function after(step: (x: number, slope: number, eta: number) => number): number[] {
  let x = [0.5, 0.25];
  for (let k = 1; k <= STEPS; k++) x = x.map((v, j) => step(v, SLOPES[j] * (v - C[j]), byIteration(k)));
  return x;
}

describeBackends('step sizes by iteration', () => {
  const start = () => tf.tensor2d([[0.5, 0.25]]);
  const c = () => tf.tensor2d([C]);
  for (const programs of ['on', 'off'] as const) {
    const test = (title: string, f: () => void) =>
      it(`${title}, programs ${programs}`, () =>
        expectNoLeak(() => tf.tidy(() => withPrograms(programs, f) as undefined)));

    test('GradientDescent', () => {
      const solver = new solvers.GradientDescent({fun}, {...options, acceleration: false});
      const {x, state} = solver.run(start(), c());
      expectClose(
        x,
        after((v, slope, eta) => v - eta * slope),
      );
      expectClose(state.stepSize!, [byIteration(STEPS)]);
    });

    test('ProximalGradient and ProjectedGradient', () => {
      const solver = new solvers.ProximalGradient({fun, prox: prox.lasso}, {...options, acceleration: false});
      expectClose(
        solver.run(start(), 0.1, c()).x,
        after((v, slope, eta) => soft(v - eta * slope, 0.1 * eta)),
      );
      const within = new solvers.ProjectedGradient(
        {fun, projection: projections.box},
        {...options, acceleration: false},
      );
      expectClose(
        within.run(start(), {lower: 0, upper: 1}, c()).x,
        after((v, slope, eta) => Math.min(Math.max(v - eta * slope, 0), 1)),
        1e-6,
        1e-7,
      );
    });

    test('MirrorDescent, with decay too', () => {
      for (const decay of [0, 0.5]) {
        const solver = new solvers.MirrorDescent({fun, geometry: conditions.entropy}, {...options, decay});
        let x = [0.5, 0.5];
        for (let k = 1; k <= STEPS; k++) {
          const eta = byIteration(k) / k ** decay;
          const up = x.map((v, j) => v * Math.exp(-eta * SLOPES[j] * (v - C[j])));
          x = up.map((v) => v / (up[0] + up[1]));
        }
        const {x: found, state} = solver.run(tf.fill([1, 2], 0.5), null, c());
        expectClose(found, x);
        expectClose(state.stepSize!, [byIteration(STEPS) / STEPS ** decay]);
      }
    });

    test('stochastic solvers', () => {
      const bound = {byIteration: (k: number) => 0.1 / k};
      const settings = {maxStepSize: bound, maxIterations: STEPS, tolerance: 0};
      let x = [0.5, 0.25];
      for (let k = 1; k <= STEPS; k++) x = x.map((v, j) => v - (0.1 / k) * SLOPES[j] * (v - C[j]));
      const loss = (at: tf.Tensor, data: tf.Tensor) => fun(at, data);
      const polyak = new solvers.PolyakSGD({fun: loss}, {...settings, minimum: -1e3});
      const armijo = new solvers.ArmijoSGD({fun: loss}, {...settings, increaseFactor: 10});
      for (const solver of [polyak, armijo]) {
        expectClose(solver.run(tf.tensor1d([0.5, 0.25]), tf.tensor1d(C)).x, x);
      }
    });

    test('the gradient of a solution does not depend on them', () => {
      const solver = new solvers.GradientDescent({fun}, {stepSize: {byIteration: (k) => 0.6 / k ** 0.1}});
      const {x, state} = solver.run(start(), c());
      assert.deepEqual([...state.status.dataSync()], [0]);
      expectClose(x, C, 1e-5);
      expectClose(tf.grad((at: tf.Tensor) => tf.sum(solver.run(start(), at).x))(c()), [1, 1], 1e-5);
    });
  }

  it('update continues with the last one', () =>
    tf.tidy(() => {
      const solver = new solvers.GradientDescent({fun}, {...options, acceleration: false});
      let progress = solver.start(start(), c());
      for (let k = 0; k < STEPS + 2; k++) progress = solver.update(progress, c());
      let expected = after((v, slope, eta) => v - eta * slope);
      for (let k = 0; k < 2; k++) {
        expected = expected.map((v, j) => v - byIteration(STEPS) * SLOPES[j] * (v - C[j]));
      }
      expectClose(progress.x, expected);
    }));

  it('a step size that is not positive is refused', () => {
    const make = (wrong: (k: number) => number) =>
      messageOf(() => new solvers.GradientDescent({fun}, {stepSize: {byIteration: wrong}}));
    assert.include(
      make((k) => 3 - k),
      'got 0 for iteration 3',
    );
    assert.include(make(5 as never), 'byIteration must be a function');
  });
});
