/** @file Forward mode through solvers: solver.jvp and rootJvp against closed forms and against reverse mode. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {conditions, enableHigherOrderGradients, jvp, prox, rootJvp, solvers, vjp} from '../../src/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

/** x³ + θx = c, entry by entry: ∂x = (∂c − x ∂θ)/(3x² + θ). */
const cubic = (x: tf.Tensor, theta: tf.Tensor, c: tf.Tensor) =>
  tf.sub(tf.add(tf.pow(x, 3), tf.mul(theta, x)), c);
const X = [0.5, -1, 1.5, 0.25];
const THETA = [1, 2];
const entry = (i: number) => Math.floor(i / 2);
const TARGETS = X.map((x, i) => x ** 3 + THETA[entry(i)] * x);
const params = (): [tf.Tensor, tf.Tensor] => [tf.tensor2d(THETA, [2, 1]), tf.tensor2d(TARGETS, [2, 2])];
const DTHETA = [0.3, -0.7];
const DC = [1, -2, 0.5, 3];
const tangents = (): [tf.Tensor, tf.Tensor] => [tf.tensor2d(DTHETA, [2, 1]), tf.tensor2d(DC, [2, 2])];
const along = (withTheta: boolean, withC: boolean) =>
  X.map(
    (x, i) => ((withC ? DC[i] : 0) - (withTheta ? x * DTHETA[entry(i)] : 0)) / (3 * x * x + THETA[entry(i)]),
  );
const energy = (x: tf.Tensor, theta: tf.Tensor, c: tf.Tensor) =>
  tf.sum(
    tf.sub(tf.add(tf.mul(0.25, tf.pow(x, 4)), tf.mul(0.5, tf.mul(theta, tf.square(x)))), tf.mul(c, x)),
    1,
  );
type P = [tf.Tensor, tf.Tensor];
const near = () =>
  tf.tensor2d(
    X.map((x) => x + 0.1),
    [2, 2],
  );

const SOLVERS = {
  NewtonRoot: () => new solvers.NewtonRoot<tf.Tensor, P>({fun: cubic}),
  Newton: () => new solvers.Newton<tf.Tensor, P>({fun: energy}),
  LBFGS: () => new solvers.LBFGS<tf.Tensor, P>({fun: energy}),
  GradientDescent: () => new solvers.GradientDescent<tf.Tensor, P>({fun: energy}),
};

describeAnyBackend('forward mode', () => {
  before(() => enableHigherOrderGradients());

  for (const [name, make] of Object.entries(SOLVERS)) {
    it(`${name}.jvp is the closed form, is what reverse mode sees, and takes null for zero`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const solver = make();
          const {x} = solver.run(near(), ...params());
          const tangent = solver.jvp(x, params(), tangents());
          expectClose(tangent, along(true, true), 2e-5);
          const [dTheta, dC] = tangents();
          expectClose(solver.jvp(x, params(), [null, dC]), along(false, true), 2e-5);
          expectClose(solver.jvp(x, params(), [dTheta, null]), along(true, false), 2e-5);
          // ⟨d, J t⟩ = ⟨Jᵀd, t⟩.
          const d = tf.tensor2d([1, 2, -1, 0.5], [2, 2]);
          const back = vjp((...at: P) => solver.run(near(), ...at).x, params(), d);
          const sum = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b));
          expectClose(sum(d, tangent), tf.add(sum(back[0], dTheta), sum(back[1], dC)), 2e-5);
        }),
      ));

    it(`${name}: jvp of its run is the same`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const solver = make();
          const run = (...at: P) => solver.run(near(), ...at).x;
          expectClose(jvp(run, params(), tangents()) as tf.Tensor, along(true, true), 2e-5);
        }),
      ));
  }

  for (const tolerance of [0, 1e-30]) {
    it(`jvp goes through a fixed number of steps (tolerance ${tolerance})`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          // ∂x after n steps: towards c by half of the way each time, and with momentum.
          const halfway = (steps: number) => 1 - 0.5 ** steps;
          const withMomentum = (steps: number) => {
            let [x, v] = [0, 0];
            for (let k = 0; k < steps; k++) {
              v = 0.5 * v - 0.25 * (x - 1);
              x += v;
            }
            return x;
          };
          const minimum = (x: tf.Tensor, c: tf.Tensor) => tf.mul(0.5, tf.sum(tf.squaredDifference(x, c), 1));
          for (const maxIterations of [1, 2, 5, 9]) {
            const options = {implicitDiff: false, maxIterations, tolerance, onFailure: 'ignore'} as const;
            const descent = new solvers.GradientDescent<tf.Tensor, [tf.Tensor]>(
              {fun: minimum},
              {...options, stepSize: 0.5, acceleration: false},
            );
            const momentum = solvers.fromStep(
              {
                start: (x: tf.Tensor) => ({v: tf.zerosLike(x)}),
                step(x: tf.Tensor, {v}, c: tf.Tensor) {
                  const next = tf.sub(tf.mul(0.5, v), tf.mul(0.25, tf.sub(x, c)));
                  const residual = tf.max(tf.abs(tf.sub(x, c)), 1);
                  return {x: tf.add(x, next), memory: {v: next}, residual};
                },
                condition: (x: tf.Tensor, c: tf.Tensor) => tf.sub(x, c),
              },
              options,
            );
            const at: [tf.Tensor] = [tf.tensor2d([[2, -1]])];
            for (const [solver, expected] of [
              [descent, halfway(maxIterations)],
              [momentum, withMomentum(maxIterations)],
            ] as const) {
              const run = (c: tf.Tensor) => solver.run(tf.zeros([1, 2]), c).x;
              expectClose(jvp(run, at, [tf.tensor2d([[1, 10]])]), [expected, 10 * expected], 1e-6);
            }
          }
        }),
      ));
  }

  it('ProximalGradient.jvp moves the entries that are not zero', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // ½‖x − c‖² + l‖x‖₁: soft thresholding.
        const fun = (x: tf.Tensor, c: tf.Tensor) => tf.mul(0.5, tf.sum(tf.square(tf.sub(x, c)), 1));
        const solver = new solvers.ProximalGradient<tf.Tensor, tf.Tensor, [tf.Tensor]>({
          fun,
          prox: prox.lasso,
        });
        const at: [tf.Tensor, tf.Tensor] = [tf.scalar(0.5), tf.tensor2d([[2, 0.2, -3]])];
        const {x} = solver.run(tf.zeros([1, 3]), ...at);
        const tangent = solver.jvp(x, at, [tf.scalar(10), tf.tensor2d([[1, 2, 3]])]);
        expectClose(tangent, [1 - 10, 0, 3 + 10], 1e-6);
      }),
    ));

  it('rootJvp has second derivatives, and a jvp of its own', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // x³ + x = c: x' = 1/(3x² + 1), x'' = −6x x'³.
        const root = (x: tf.Tensor, c: tf.Tensor) => cubic(x, tf.scalar(1), c);
        const xs = [0.5, -1, 1.25];
        const c: tf.Tensor = tf.tensor2d(
          xs.map((x) => x ** 3 + x),
          [3, 1],
        );
        const solver = new solvers.NewtonRoot<tf.Tensor, [tf.Tensor]>({fun: root});
        const ones = () => tf.ones([3, 1]);
        const slope = (at: tf.Tensor) =>
          rootJvp(root, solver.run(ones(), at).x, [at], [ones()] as [tf.Tensor]);
        const first = xs.map((x) => 1 / (3 * x * x + 1));
        const second = xs.map((x, i) => -6 * x * first[i] ** 3);
        expectClose(slope(c), first, 1e-5);
        expectClose(vjp(slope, [c], ones())[0], second, 2e-5);
        expectClose(jvp(slope, [c], [ones()]) as tf.Tensor, second, 2e-5);
      }),
    ));

  it('rootJvp takes a structure of several leaves and one system of all entries', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        type Pair = {u: tf.Tensor; v: tf.Tensor};
        // u + Σv = s, v − u = p: u = (s − Σp)/(1 + n), v = u + p.
        const F = ({u, v}: Pair, s: tf.Tensor, p: tf.Tensor): Pair => ({
          u: tf.sub(tf.add(u, tf.sum(v)), s),
          v: tf.sub(tf.sub(v, u), p),
        });
        const x = {u: tf.tensor1d([1]), v: tf.tensor1d([2, 4])};
        const at: [tf.Tensor, tf.Tensor] = [tf.tensor1d([7]), tf.tensor1d([1, 3])];
        const tangent = rootJvp(F, x, at, [tf.tensor1d([6]), tf.tensor1d([1, 2])], {batched: false});
        expectClose(tangent.u, [1], 1e-6);
        expectClose(tangent.v, [2, 3], 1e-6);
      }),
    ));

  it('says so if tangents do not fit', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor2d(X, [2, 2]);
        const solver = SOLVERS.NewtonRoot();
        assert.match(
          messageOf(() => solver.jvp(x, params(), [null] as never)),
          /^rootJvp got 2 params, but 1 tangents/,
        );
        assert.match(
          messageOf(() => solver.jvp(x, params(), [null, tf.ones([3])])),
          /tangent 1/,
        );
      }),
    ));

  it('the stationary condition of a minimum has the same tangent as the proximal-gradient fixed point', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor2d(X, [2, 2]);
        const fixedPoint = conditions.proximalGradient<tf.Tensor, null, P>(energy, (y) => y, {stepSize: 0.1});
        expectClose(
          rootJvp(fixedPoint, x, [null, ...params()], [null, ...tangents()]),
          along(true, true),
          1e-5,
        );
      }),
    ));
});
