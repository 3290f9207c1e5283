/** @file conditions.proximalGradient and projectedGradient: gradients in closed form, whatever the step size. */
import * as tf from '@tensorflow/tfjs-core';
import {vjp} from '../../src/autodiff/index.js';
import {projectedGradient, proximalGradient} from '../../src/conditions/index.js';
import {customRoot} from '../../src/implicit/index.js';
import {box, nonNegative, simplex} from '../../src/projections/index.js';
import {lasso} from '../../src/prox/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

// f(x; b) = ½xᵀHx − bᵀx with H positive definite, eigenvalues 1.38 and 3.62.
const H = [3, 1, 1, 2];
const objective = (x: tf.Tensor, b: tf.Tensor) => {
  const hx = tf.matMul(x as tf.Tensor2D, tf.tensor2d(H, [2, 2]));
  return tf.sub(tf.mul(0.5, tf.sum(tf.mul(x, hx), 1)), tf.sum(tf.mul(b, x), 1));
};
const solveH = ([r, s]: number[]) => [(2 * r - s) / 5, (3 * s - r) / 5];

// Both entries of the first sample are in the support, one of the second, none of the third.
const B = [
  [4, -3],
  [3, 0.8],
  [0.4, -0.3],
];
const L1 = 0.5;
const SIGNS = [
  [1, -1],
  [1, 0],
  [0, 0],
];
const LASSO = [solveH([3.5, -2.5]), [2.5 / 3, 0], [0, 0]];
const V = [
  [1, 2],
  [-3, 4],
  [5, 6],
];
/** H_S⁻¹ v_S, zero elsewhere. */
const ADJOINTS = [solveH(V[0]), [-1, 0], [0, 0]];

const STEPS: [string, number | ((b: tf.Tensor) => number | tf.Tensor)][] = [
  ['1', 1],
  ['0.25', 0.25],
  ['0.01', 0.01],
  ['a function of the parameters', (b) => tf.div(0.5, tf.add(1, tf.sum(tf.square(b), 1, true)))],
];

describeBackends('conditions.proximalGradient', () => {
  for (const [name, stepSize] of STEPS) {
    it(`gives the gradients of a lasso solution with step size ${name}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const condition = proximalGradient(objective, (y: tf.Tensor, l1: tf.Tensor, s) => lasso(y, l1, s), {
            stepSize,
          });
          const x = tf.tensor2d(LASSO);
          const b = tf.tensor2d(B);
          const l1 = tf.scalar(L1);
          expectClose(condition(x, l1, b), [0, 0, 0, 0, 0, 0], 0, 1e-6);
          const solve = customRoot(condition)(() => tf.tensor2d(LASSO));
          const [dl1, db] = vjp(
            (...ps: [tf.Tensor, tf.Tensor]) => solve(null, ...ps),
            [l1, b],
            tf.tensor2d(V),
          );
          // The system is that of f, scaled by the step: its entries are η·H + 1 − 1, of which f32 keeps 1e-7/η.
          const tolerance = name === '0.01' ? 1e-5 : 2e-6;
          expectClose(db, ADJOINTS.flat(), tolerance);
          const expected = -ADJOINTS.flat().reduce((sum, u, i) => sum + u * SIGNS.flat()[i], 0);
          expectClose(dl1, expected, tolerance);
        }),
      ));
  }

  it('carries its fixed-point map', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const condition = proximalGradient(objective, (y: tf.Tensor, l1: number, s) => lasso(y, l1, s), {
          stepSize: 0.5,
        });
        // x − ½(Hx − b) = (0.5, −0.5) and soft thresholding by ½·0.5.
        const moved = condition.map(tf.tensor2d([[1, 0]]), 0.5, tf.tensor2d([[2, 0]]));
        expectClose(moved, [0.25, -0.25]);
      }),
    ));

  it('takes a gradient that is written by hand', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const gradient = (x: tf.Tensor, b: tf.Tensor) =>
          tf.sub(tf.matMul(x as tf.Tensor2D, tf.tensor2d(H, [2, 2])), b);
        const condition = proximalGradient({gradient}, (y: tf.Tensor, l1: number, s) => lasso(y, l1, s), {
          stepSize: 0.25,
        });
        const solve = customRoot(condition)(() => tf.tensor2d(LASSO));
        const f = (b: tf.Tensor) => solve(null, L1, b);
        expectClose(vjp(f, [tf.tensor2d(B)], tf.tensor2d(V))[0], ADJOINTS.flat(), 2e-6);
      }),
    ));
});

describeBackends('conditions.projectedGradient', () => {
  for (const [name, stepSize] of STEPS.slice(0, 2)) {
    it(`gives the gradient of a non-negative least-squares solution with step size ${name}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const condition = projectedGradient(objective, (y: tf.Tensor) => nonNegative(y), {stepSize});
          // Inner solution, then x₁ = 0 (its multiplier is 1 > 0), then x₀ = 0.
          const rhs = [
            [4, 3],
            [3, 0],
            [-1, 2],
          ];
          const solutions = [solveH(rhs[0]), [1, 0], [0, 1]];
          const solve = customRoot(condition)(() => tf.tensor2d(solutions));
          const f = (b: tf.Tensor) => solve(null, null, b);
          expectClose(vjp(f, [tf.tensor2d(rhs)], tf.tensor2d(V))[0], [...solveH(V[0]), -1, 0, 0, 3], 2e-6);
        }),
      ));

    it(`gives the gradients of a solution in a box, in its bounds too, with step size ${name}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          type Bounds = {lower: tf.Tensor; upper: tf.Tensor};
          const condition = projectedGradient(objective, (y: tf.Tensor, bounds: Bounds) => box(y, bounds), {
            stepSize,
          });
          // x₀ sits at the upper bound ½ with multiplier 4 − 1.5 − 1 > 0; x₁ = (b₁ − x₀)/2 = 1.
          const bounds: Bounds = {lower: tf.scalar(-1), upper: tf.tensor1d([0.5, 2])};
          const solve = customRoot(condition)(() => tf.tensor2d([[0.5, 1]]));
          const b: tf.Tensor = tf.tensor2d([[4, 2.5]]);
          const f = (set: Bounds, rhs: tf.Tensor) => solve(null, set, rhs);
          const [set, db] = vjp(f, [bounds, b], tf.tensor2d([[10, 4]]));
          expectClose(db, [0, 2], 2e-6);
          // ∂x₀/∂u = 1 and ∂x₁/∂u = −½.
          expectClose(set.upper, [8, 0], 2e-6);
          expectClose(set.lower, 0);
        }),
      ));

    it(`gives the Jacobian of the projection onto the simplex for ½|x - c|², with step size ${name}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const distance = (x: tf.Tensor, c: tf.Tensor) => tf.mul(0.5, tf.sum(tf.square(tf.sub(x, c)), 1));
          const eta = stepSize as number;
          const condition = projectedGradient(distance, (y: tf.Tensor) => simplex(y), {stepSize: eta});
          const solve = customRoot(condition)((_init, _set, c) => simplex(c));
          const c = tf.tensor2d([[1, 0.75, -0.5]]);
          const f = (at: tf.Tensor) => solve(null, null, at);
          expectClose(vjp(f, [c], tf.tensor2d([[3, 1, 7]]))[0], [1, -1, 0], 2e-6);
        }),
      ));
  }
});
