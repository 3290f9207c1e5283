/** @file What JAXopt is known to get wrong: one case a defect, each of which must be right here. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {
  conditions,
  customRoot,
  enableHigherOrderGradients,
  linsolve,
  projections,
  prox,
  solvers,
  vjp,
} from '../../src/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {seededRandom, solveExactly} from '../zoo/linear-systems.js';

const CURVATURES = [1, 2, 0.5, 4];
/** ½(x − c)ᵀD(x − c). */
const weighted = (x: tf.Tensor, c: tf.Tensor) =>
  tf.mul(0.5, tf.sum(tf.mul(tf.tensor1d(CURVATURES), tf.square(tf.sub(x, c))), 1));

/** On Σx = 1 with the entries of `free` inside: x = c − λ/D there, so that ∂x = (I − D⁻¹11ᵀ/1ᵀD⁻¹1)∂c. */
function sectionSlopes(free: boolean[], d: number[]): number[] {
  const inverse = CURVATURES.map((value, i) => (free[i] ? 1 / value : 0));
  const total = inverse.reduce((a, b) => a + b, 0);
  const mean = d.reduce((sum, value, i) => sum + value * inverse[i], 0) / total;
  return d.map((value, i) => (free[i] ? value - mean : 0));
}

/** A symmetric positive definite matrix with condition number `condition`, by rotations of a diagonal one. */
function definite(n: number, condition: number, seed: number): number[] {
  const random = seededRandom(seed);
  const A = Array.from({length: n * n}, (_, k) =>
    k % (n + 1) === 0 ? condition ** (Math.floor(k / n) / (n - 1)) / condition : 0,
  );
  for (let sweep = 0; sweep < 4 * n; sweep++) {
    const [i, j] = [Math.floor(random() * n), Math.floor(random() * n)];
    if (i === j) continue;
    const angle = 6 * random();
    const [c, sine] = [Math.cos(angle), Math.sin(angle)];
    for (let k = 0; k < n; k++) {
      const [a, b] = [A[i * n + k], A[j * n + k]];
      [A[i * n + k], A[j * n + k]] = [c * a - sine * b, sine * a + c * b];
    }
    for (let k = 0; k < n; k++) {
      const [a, b] = [A[k * n + i], A[k * n + j]];
      [A[k * n + i], A[k * n + j]] = [c * a - sine * b, sine * a + c * b];
    }
  }
  return A.map((_, k) => Math.fround((A[k] + A[(k % n) * n + Math.floor(k / n)]) / 2));
}

describeAnyBackend('known failures of JAXopt', () => {
  before(() => enableHigherOrderGradients());

  it('JAXopt 1: the transport projections have the zero Jacobian', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const S: tf.Tensor = tf.tensor2d([
          [0.3, 0.1],
          [0.2, 0.25],
        ]);
        const first = tf.tensor2d([
          [1, 0],
          [0, 0],
        ]);
        const sums = () => tf.tensor1d([0.5, 0.5]);
        // P = [t, s − t; s − t, t] with 4t = S₁₁ + S₂₂ − S₁₂ − S₂₁ + 2s.
        for (const [project, t] of [
          [(x: tf.Tensor) => projections.transport(x, {a: sums(), b: sums()}), 0.3125],
          [(x: tf.Tensor) => projections.birkhoff(x), 0.5625],
        ] as const) {
          expectClose(tf.slice(project(S), [0, 0], [1, 1]), [t], 1e-6);
          expectClose(vjp(project, [S], first)[0], [0.25, -0.25, -0.25, 0.25], 1e-6);
        }
      }),
    ));

  it('JAXopt 2: ProjectedGradient ignores the linear solver that it is given', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        let calls = 0;
        const lu = linsolve.lu();
        const counting: linsolve.LinearSolver = {
          ...lu,
          factor: (operator) => {
            calls++;
            return lu.factor(operator);
          },
        };
        const solver = new solvers.ProjectedGradient<tf.Tensor, null, [tf.Tensor]>(
          {fun: weighted, projection: (y) => projections.simplex(y)},
          {linsolve: counting},
        );
        const c: tf.Tensor = tf.tensor2d([[0.4, 0.5, -2, 0.3]]);
        const run = (at: tf.Tensor) => solver.run(tf.fill([1, 4], 0.25), null, at).x;
        run(c);
        assert.equal(calls, 0);
        const d = [1, 2, 3, -1];
        const [slope] = vjp(run, [c], tf.tensor2d([d]));
        assert.equal(calls, 1);
        expectClose(slope, sectionSlopes([true, true, false, true], d), 1e-5);
      }),
    ));

  for (const [name, projection] of [
    [
      'polyhedron',
      (y: tf.Tensor) =>
        projections.polyhedron(y, {
          A: tf.ones([1, 4]),
          b: tf.ones([1]),
          G: tf.neg(tf.eye(4)),
          h: tf.zeros([4]),
        }),
    ],
    ['boxSection', (y: tf.Tensor) => projections.boxSection(y, {c: 1})],
    ['simplex', (y: tf.Tensor) => projections.simplex(y)],
  ] as const) {
    it(`JAXopt 5: a projection that is itself solved (${name}) cannot be differentiated within ProjectedGradient`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const solver = new solvers.ProjectedGradient<tf.Tensor, null, [tf.Tensor]>({
            fun: weighted,
            projection,
          });
          const c: tf.Tensor = tf.tensor2d([
            [0.4, 0.5, -2, 0.3],
            [0.1, 0.2, 0.3, 0.2],
          ]);
          const run = (at: tf.Tensor) => solver.run(tf.fill([2, 4], 0.25), null, at);
          const {x, state} = run(c);
          expectClose(state.status, [0, 0]);
          const values = x.dataSync();
          // x₃ of the first sample presses against its bound; the others are inside.
          const free = [
            [true, true, false, true],
            [true, true, true, true],
          ];
          assert.deepEqual(
            Array.from(values, (value) => value > 1e-4),
            free.flat(),
          );
          const d = [
            [1, 2, 3, -1],
            [0.5, -1, 2, 3],
          ];
          const [slope] = vjp((at: tf.Tensor) => run(at).x, [c], tf.tensor2d(d));
          expectClose(
            slope,
            d.flatMap((row, i) => sectionSlopes(free[i], row)),
            2e-5,
          );
        }),
      ));
  }

  it('JAXopt 6: l2Ball, groupLasso and l2Sphere are NaN at zero', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x: tf.Tensor = tf.zeros([1, 3]);
        const d = tf.tensor2d([[1, 2, 3]]);
        expectClose(vjp((at: tf.Tensor) => projections.l2Ball(at), [x], d)[0], [1, 2, 3]);
        expectClose(vjp((at: tf.Tensor) => prox.groupLasso(at, 0.5), [x], d)[0], [0, 0, 0]);
        expectClose(projections.l2Sphere(x), Array(3).fill(1 / Math.sqrt(3)), 1e-6);
        expectClose(vjp((at: tf.Tensor) => projections.l2Sphere(at), [x], d)[0], [0, 0, 0]);
      }),
    ));

  it('JAXopt 7: OSQP fails on feasible programs where Ax = 0 at the solution', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const bound of [1, 0]) {
          const {x, state} = new solvers.BoxOSQP().run(null, {
            Q: tf.expandDims(tf.eye(2), 0),
            p: tf.tensor2d([[1, 0]]),
            A: tf.tensor3d([[[0, 1]]]),
            lower: tf.tensor2d([[-bound]]),
            upper: tf.tensor2d([[bound]]),
          });
          expectClose(state.status, [0]);
          expectClose(x.x, [-1, 0], 0, 1e-5);
        }
      }),
    ));

  it('JAXopt 10: direct linear solvers take no structure of several leaves', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        type Pair = {u: tf.Tensor; v: tf.Tensor};
        // ½‖u − c‖² + ½‖v − u‖² a sample: u = v = c.
        const fun = ({u, v}: Pair, c: tf.Tensor) =>
          tf.mul(0.5, tf.sum(tf.add(tf.square(tf.sub(u, c)), tf.square(tf.sub(v, u))), 1));
        const c: tf.Tensor = tf.tensor2d([
          [1, 2],
          [3, 4],
        ]);
        const init = {u: tf.zeros([2, 2]), v: tf.zeros([2, 2])};
        for (const make of [linsolve.lu, linsolve.qr, linsolve.cholesky]) {
          const solver = new solvers.BFGS<Pair, [tf.Tensor]>({fun}, {linsolve: make()});
          const [slope] = vjp((at: tf.Tensor) => solver.run(init, at).x.v, [c], tf.ones([2, 2]));
          expectClose(slope, [1, 1, 1, 1], 1e-5);
        }
      }),
    ));

  it('JAXopt 11: nothing says that the solution is far from converged', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const scales = tf.tensor1d([1e3, 1, 1e-2]);
        const fun = (x: tf.Tensor, c: tf.Tensor) =>
          tf.mul(0.5, tf.sum(tf.mul(scales, tf.square(tf.sub(x, c))), 1));
        // The second sample starts at its solution.
        const solver = new solvers.GradientDescent<tf.Tensor, [tf.Tensor]>({fun}, {maxIterations: 5});
        const {state} = solver.run(
          tf.ones([2, 3]),
          tf.tensor2d([
            [2, 3, 4],
            [1, 1, 1],
          ]),
        );
        expectClose(state.status, [3, 0]);
        expectClose(tf.slice(state.iterations, 0, 1), [5]);
        assert.isAbove(state.residual.dataSync()[0], solver.tolerance);
      }),
    ));

  for (const condition of [1e2, 1e4]) {
    it(`JAXopt 12, 13: the default linear solver squares the condition number (here ${condition})`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const n = 20;
          const A = definite(n, condition, 17);
          const random = seededRandom(2);
          const d = Array.from({length: n}, () => Math.fround(2 * random() - 1));
          // Ax = b: ∂x/∂bᵀ d = A⁻¹d. The root itself does not matter, as the system is linear.
          const F = (x: tf.Tensor, b: tf.Tensor) =>
            tf.sub(tf.matMul(x as tf.Tensor2D, tf.tensor2d(A, [n, n])), b);
          const root = customRoot<tf.Tensor, [tf.Tensor]>(F)((_init, b) => tf.zerosLike(b));
          const [slope] = vjp(
            (b: tf.Tensor) => root(null, b),
            [tf.zeros([1, n]) as tf.Tensor],
            tf.tensor2d([d]),
          );
          expectClose(slope, solveExactly(A, d), 1e-6);
        }),
      ));
  }

  it('JAXopt 16: the step size of the condition cannot be chosen', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // A curvature of 1e4: with a step of 1 the fixed point is a subtraction of large numbers.
        const fun = (x: tf.Tensor, c: tf.Tensor) => tf.mul(5e3, tf.sum(tf.square(tf.sub(x, c)), 1));
        const c: tf.Tensor = tf.tensor2d([[0.5, -0.25, 1e-5]]);
        for (const stepSize of [1, 1e-4]) {
          const solver = new solvers.ProximalGradient<tf.Tensor, number, [tf.Tensor]>(
            {fun, prox: prox.lasso},
            {
              stepSize: 1e-4,
              condition: conditions.proximalGradient<tf.Tensor, number, [tf.Tensor]>(fun, prox.lasso, {
                stepSize,
              }),
            },
          );
          const run = (at: tf.Tensor) => solver.run(tf.zeros([1, 3]), 1, at).x;
          expectClose(run(c), [0.4999, -0.2499, 0], 0, 1e-6);
          expectClose(vjp(run, [c], tf.tensor2d([[1, 2, 3]]))[0], [1, 2, 0], 1e-5);
        }
      }),
    ));

  it('JAXopt 18: the linear solve of a gradient is not reported', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const reports: {converged: number[]; residual: number[]; iterations: number[]}[] = [];
        const solver = new solvers.BFGS<tf.Tensor, [tf.Tensor]>(
          {fun: weighted},
          {
            linsolve: linsolve.cg({maxIterations: 2}),
            onGradient: ({converged, residual, iterations}) =>
              void reports.push({
                converged: Array.from(converged.dataSync()),
                residual: Array.from(residual.dataSync()),
                iterations: Array.from(iterations.dataSync()),
              }),
          },
        );
        const c: tf.Tensor = tf.ones([2, 4]);
        // One direction of one curvature, and one of four, which two iterations cannot solve.
        const d = tf.tensor2d([
          [1, 0, 0, 0],
          [1, 1, 1, 1],
        ]);
        vjp((at: tf.Tensor) => solver.run(tf.zeros([2, 4]), at).x, [c], d);
        assert.equal(reports.length, 1);
        assert.deepEqual(reports[0].converged, [1, 0]);
        assert.isBelow(reports[0].residual[0], 1e-6);
        assert.isAbove(reports[0].residual[1], 1e-3);
      }),
    ));
});
