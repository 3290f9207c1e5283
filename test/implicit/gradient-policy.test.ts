/** @file Gradients that cannot be had are told of by onFailure, and never infinite; so is a root that is none. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {stationary} from '../../src/conditions/public.js';
import {customFixedPoint, customRoot, rootJvp, rootVjp} from '../../src/implicit/index.js';
import {auto, cg, gmres, lu, oneStep, type LinearSolver, type SolveInfo} from '../../src/linsolve/public.js';
import {GradientDescent, LBFGS} from '../../src/solvers/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';

type Map2 = (x: tf.Tensor, t: tf.Tensor) => tf.Tensor;

/** What `f` prints with console.warn. */
function warnings(f: () => unknown): string[] {
  const printed: string[] = [];
  const original = console.warn;
  console.warn = (text: string) => void printed.push(text);
  try {
    f();
  } finally {
    console.warn = original;
  }
  return printed;
}

const squareMinus: Map2 = (x, t) => tf.sub(tf.square(x), t);

describeBackends('gradients whose linear system is not solved', () => {
  // x² = t has no derivative at t = 0.
  const [x, t, v] = [() => tf.tensor2d([[2], [0]]), () => tf.tensor2d([[4], [0]]), () => tf.ones([2, 1])];
  const ways: [string, (options: object) => tf.Tensor][] = [
    ['rootVjp', (options) => rootVjp(squareMinus, x() as tf.Tensor, [t() as tf.Tensor], v(), options)[0]],
    ['rootJvp', (options) => rootJvp(squareMinus, x() as tf.Tensor, [t() as tf.Tensor], [v()], options)],
    ['customRoot', (options) => tf.grad((s) => tf.sum(customRoot(squareMinus, options)(x)(null, s)))(t())],
  ];
  for (const [name, gradient] of ways) {
    it(`${name}: 'throw' names the sample and the residual, 'warn' prints it, 'ignore' does not; the value is finite`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          assert.match(
            messageOf(() => gradient({onFailure: 'throw'})),
            new RegExp(
              `${name}: 1 of 2 gradient's linear systems not solved: sample 1 .* relative residual is 1.0`,
            ),
          );
          // A name of its own: a message is printed once.
          const linsolve: LinearSolver = {...lu(), className: `lu of ${name} on ${tf.getBackend()}`};
          const printed = warnings(() => expectClose(gradient({linsolve}), [0.25, 0], 1e-6));
          assert.lengthOf(printed, 1);
          assert.match(printed[0], /Try another linear solver/);
          const quiet = {
            linsolve: {...linsolve, className: `${linsolve.className} again`},
            onFailure: 'ignore',
          };
          assert.isEmpty(warnings(() => expectClose(gradient(quiet), [0.25, 0], 1e-6)));
        }),
      ));
  }

  it('are solved to rounding, whatever was asked of the linear solver', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const J = tf.tensor2d([1, 1e-3, 0, 1e-3, 1, 2e-3, 0, 2e-3, 1], [3, 3]);
        const linear: Map2 = (at, s) => tf.sub(tf.matMul(at as tf.Tensor2D, J), s);
        const gradient = (linsolve: LinearSolver) => {
          let info!: number[][];
          const onGradient = ({converged, residual}: SolveInfo) =>
            void (info = [converged, residual].map((tensor) => Array.from(tensor.dataSync())));
          const root = customRoot(linear, {linsolve, onGradient, onFailure: 'throw'})(() => tf.zeros([1, 3]));
          const slope = tf.grad((s) => tf.sum(root(null, s)))(tf.zeros([1, 3]));
          return {slope: Array.from(slope.dataSync()), info};
        };
        const {slope, info} = gradient(cg({tolerance: 1e-9, maxIterations: 2}));
        assert.deepEqual(info[0], [0]);
        assert.isBelow(info[1][0], 1e-5);
        expectClose(slope, gradient(lu()).slope, 1e-5);
      }),
    ));

  it('refuse a policy that does not exist', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const [, gradient] of ways) {
          assert.match(
            messageOf(() => gradient({onFailure: 'shout'})),
            /onFailure must be one of warn, throw, ignore; got 'shout'/,
          );
        }
      }),
    ));

  it('cg on an unsymmetric Jacobian is no silent zero', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const turn = tf.tensor2d([0, 1, -1, 0], [2, 2]);
        const F: Map2 = (x, t) => tf.sub(tf.matMul(x as tf.Tensor2D, turn), t);
        const root = (linsolve: LinearSolver) => () =>
          rootVjp(F, tf.zeros([1, 2]) as tf.Tensor, [tf.zeros([1, 2])], tf.ones([1, 2]), {
            linsolve,
            onFailure: 'throw',
          })[0];
        assert.match(
          messageOf(root(cg())),
          /rootVjp: .*sample 0 was not solved by linsolve.cg: the relative residual/,
        );
        expectClose(root(gmres())(), [-1, 1], 1e-6);
      }),
    ));

  it('what no parameter can reach is no failure, and what one can is', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // Only x₀ − x₁ is determined, by t; the cotangent (1, 0) asks for x₀ alone. Least norm: half of it.
        const spring: Map2 = (x, t) => tf.mul(0.5, tf.square(tf.sub(tf.sum(tf.mul(x, [1, -1]), 1), t)));
        const at = tf.tensor2d([[1, -1]]) as tf.Tensor;
        const [c, s] = [tf.tensor2d([[1, 0]]), tf.tensor1d([2]) as tf.Tensor];
        const [gradient] = rootVjp(stationary(spring), at, [s], c, {onFailure: 'throw'});
        expectClose(gradient, [0.5], 1e-6);
        // A force on the whole has no answer.
        const pushed = (x: tf.Tensor, t: tf.Tensor, force: tf.Tensor) =>
          tf.add(spring(x, t), tf.sum(tf.mul(x, force), 1));
        assert.match(
          messageOf(() => rootVjp(stationary(pushed), at, [s, tf.zeros([1, 2])], c, {onFailure: 'throw'})),
          /relative residual is 0.71/,
        );
      }),
    ));

  it('a truncated gradient is what was asked for', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const F: Map2 = (x, t) => tf.sub(tf.add(tf.mul(0.5, x), t), x);
        const options = {linsolve: oneStep(), onFailure: 'throw' as const};
        expectClose(
          rootVjp(F, tf.ones([1, 1]) as tf.Tensor, [tf.fill([1, 1], 0.5)], tf.ones([1, 1]), options)[0],
          [1],
        );
      }),
    ));

  it('solvers pass the policy on, with their name', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const fun: Map2 = (x, t) => tf.sum(tf.mul(tf.tensor1d([1, 2, 3, 4]), tf.square(tf.sub(x, t))), 1);
        const options = {linsolve: cg({maxIterations: 1}), onFailure: 'throw' as const};
        const solver = new LBFGS<tf.Tensor, [tf.Tensor]>({fun}, options);
        const run = () => tf.grad((c) => tf.sum(solver.run(tf.zeros([1, 4]), c).x))(tf.ones([1, 4]));
        assert.match(
          messageOf(run),
          /LBFGS: 1 of 1 gradient's linear system not solved: sample 0 was not solved by linsolve.cg: the relative residual/,
        );
      }),
    ));

  it('nothing infinite or NaN comes out of a gradient', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // ∂F/∂t = −½ t^(−½) is infinite at 0; ∂F/∂x is NaN for the second of the others.
        const F: Map2 = (x, t) => tf.sub(x, tf.sqrt(t));
        const quiet = {onFailure: 'ignore' as const};
        const at = (values: number[]) => tf.tensor2d(values, [2, 1]) as tf.Tensor;
        expectClose(rootVjp(F, at([2, 0]), [at([4, 0])], tf.ones([2, 1]), quiet)[0], [0.25, 0], 1e-6);
        assert.match(
          messageOf(() => rootVjp(F, at([2, 0]), [at([4, 0])], tf.ones([2, 1]), {onFailure: 'throw'})),
          /rootVjp: 1 of 1 gradient not solved: that of parameter 0 has entries that are not finite/,
        );
        for (const linsolve of [auto(), gmres()]) {
          const [gradient] = rootVjp(squareMinus, at([2, NaN]), [at([4, 1])], tf.ones([2, 1]), {
            ...quiet,
            linsolve,
          });
          expectClose(gradient, [0.25, 0], 1e-6);
          const [other] = rootVjp(squareMinus, at([2, 1]), [at([4, 1])], at([1, Infinity]), {
            ...quiet,
            linsolve,
          });
          expectClose(other, [0.25, 0], 1e-6);
        }
      }),
    ));
});

describeBackends('the check of a root', () => {
  const solved = (factor: number, options = {}) =>
    customRoot(squareMinus, {onFailure: 'throw', ...options})((_init, t) => tf.mul(factor, tf.sqrt(t)));
  const t = (scale: number): tf.Tensor => tf.tensor2d([4 * scale, 9 * scale, 16 * scale], [3, 1]);

  for (const scale of [1e-8, 1, 1e8]) {
    it(`lets roots and nearly roots pass, and refuses others, at the scale ${scale}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          for (const factor of [1, 1.001, 0.98]) solved(factor)(null, t(scale));
          for (const factor of [0, -1.5, 1.3, 3]) {
            assert.match(
              messageOf(() => solved(factor)(null, t(scale))),
              /customRoot: 3 of 3 problems not solved: samples 0, 1, 2 has F\(x\) of .* relative to the size of the terms of F/,
            );
            solved(factor, {residualTolerance: Infinity})(null, t(scale));
            solved(factor, {onFailure: 'ignore'})(null, t(scale));
          }
        }),
      ));
  }

  it('names the sample, with the gradient too, and for a fixed point; a wrong entry among right ones is seen', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const T: Map2 = (x, s) => tf.add(tf.mul(0.5, x), s);
        const off = tf.tensor2d([1, 1, 1, 1, 1, 1.5], [3, 2]);
        const root = customFixedPoint(T, {onFailure: 'throw'})((_init, s) => tf.mul(tf.mul(2, s), off));
        const run = () => tf.grad((s) => tf.sum(root(null, s)))(tf.ones([3, 2]));
        assert.match(messageOf(run), /customFixedPoint: 1 of 3 problems not solved: sample 2 has F\(x\)/);
      }),
    ));

  it('takes a solver that was stopped early, zeros in the solution and multipliers of zero', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const random = seededRandom(8);
        const X = tf.tensor2d(
          Float32Array.from({length: 200}, () => random() - 0.5),
          [20, 10],
        );
        const y = tf.tensor2d(
          Float32Array.from({length: 20}, () => random() - 0.5),
          [20, 1],
        );
        const ridge = (w: tf.Tensor, l: tf.Tensor) =>
          tf.add(
            tf.sum(tf.square(tf.sub(tf.matMul(X, w as tf.Tensor2D), y))),
            tf.mul(l, tf.sum(tf.square(w))),
          );
        const solver = new GradientDescent<tf.Tensor, [tf.Tensor]>(
          {fun: ridge},
          {maxIterations: 10, batched: false},
        );
        const root = customRoot(stationary(ridge), {batched: false, onFailure: 'throw'})(
          (init: tf.Tensor, l: tf.Tensor) => solver.run(init, l).x,
        );
        root(tf.zeros([10, 1]), tf.scalar(0.1));
        // x = (t, 0, 1e-9): λ∘(x − 1) with multipliers that are rounding.
        const F = ({x, dual}: {x: tf.Tensor; dual: tf.Tensor}, s: tf.Tensor) => ({
          x: tf.sub(tf.add(x, dual), s),
          dual: tf.mul(dual, tf.sub(x, 10)),
        });
        customRoot(F, {onFailure: 'throw'})((_init, s: tf.Tensor) => ({
          x: tf.clone(s),
          dual: tf.mul(1e-9, s),
        }))(null, tf.tensor2d([[3, 0, 1e-9]]));
      }),
    ));
});

describeBackends('gradients of many unknowns by the default linear solver', () => {
  for (const n of [2560, 5000]) {
    it(`ridge logistic regression with ${n} weights is right to 1e-4`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          // Two samples along orthogonal directions, so that the solution splits into two equations of one unknown.
          const random = seededRandom(n);
          const signs = Float32Array.from({length: n}, () => (random() < 0.5 ? -1 : 1));
          const lambda = Math.fround(0.01);
          const row = (k: number) => signs.map((sign, i) => (i % 2 === k ? sign * (1 + k) * 0.1 : 0));
          const rows = [row(0), row(1)];
          const sizes = rows.map((r) => r.reduce((sum, value) => sum + value * value, 0));
          // λ a = s(−a‖r‖²)/2 with w = Σ a r, and da/dλ from it.
          const solution = sizes.map((size) => {
            const logistic = (a: number) => 1 / (1 + Math.exp(a * size));
            let [low, high] = [0, 1 / lambda];
            for (let k = 0; k < 200; k++) {
              const middle = (low + high) / 2;
              if (lambda * middle < logistic(middle) / 2) low = middle;
              else high = middle;
            }
            const s = logistic(low);
            return {a: low, slope: -low / (lambda + (size * s * (1 - s)) / 2)};
          });
          const w = Float32Array.from(
            {length: n},
            (_, i) => solution[0].a * rows[0][i] + solution[1].a * rows[1][i],
          );
          const c = Float32Array.from({length: n}, (_, i) => signs[i] * (1 + random()));
          const expected = c.reduce(
            (sum, value, i) =>
              sum + value * (solution[0].slope * rows[0][i] + solution[1].slope * rows[1][i]),
            0,
          );
          const X = tf.tensor2d([...rows[0], ...rows[1]], [2, n]);
          const loss: Map2 = (x, l) =>
            tf.add(
              tf.mean(tf.softplus(tf.neg(tf.matMul(X, tf.reshape(x, [n, 1]))))),
              tf.mul(tf.mul(0.5, l), tf.sum(tf.square(x))),
            );
          const point = tf.tensor1d(w) as tf.Tensor;
          for (const tags of [true, false]) {
            const condition = stationary<tf.Tensor, [tf.Tensor]>(loss);
            if (!tags) condition.tags = {};
            let info!: number[];
            const onGradient = ({converged, residual}: SolveInfo) =>
              void (info = [converged.dataSync()[0], residual.dataSync()[0]]);
            const options = {batched: false, onGradient, onFailure: 'throw' as const};
            const [gradient] = rootVjp(condition, point, [tf.scalar(lambda)], tf.tensor1d(c), options);
            expectClose(gradient, [expected], 1e-4);
            assert.equal(info[0], 1);
            assert.isBelow(info[1], 1e-5);
          }
        }),
      ));
  }
});
