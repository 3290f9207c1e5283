/** @file conditions.kkt on a quadratic program whose KKT system is solved by hand in double precision. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {vjp} from '../../src/autodiff/index.js';
import {kkt} from '../../src/conditions/index.js';
import {customRoot} from '../../src/implicit/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {solveExactly, transposed} from '../zoo/linear-systems.js';

// min ½xᵀQx + pᵀx subject to a·x = b, x₀ ≤ h₀ (active, λ > 0) and x₁ ≤ h₁ (inactive).
const Q = [4, 1, 0, 1, 3, 0.5, 0, 0.5, 2];
const EQ = [1, 1, 1];
const G = [1, 0, 0, 0, 1, 0];
const P = [
  [-8, -1, 0.5],
  [-6, 0.25, -1],
];
const B = [1, 1.5];
const LIMITS = [0.25, 4];

/** Unknowns (x, λ₀, ν): Qx + p + λ₀e₀ + νa = 0, x₀ = h₀, a·x = b. */
const SYSTEM = [
  [4, 1, 0, 1, 1],
  [1, 3, 0.5, 0, 1],
  [0, 0.5, 2, 0, 1],
  [1, 0, 0, 0, 0],
  [1, 1, 1, 0, 0],
].flat();

const solutions = P.map((p, i) => solveExactly(SYSTEM, [...p.map((value) => -value), LIMITS[0], B[i]]));

type Solution = {x: tf.Tensor; ineqDual: tf.Tensor; eqDual: tf.Tensor};
type Params = [p: tf.Tensor, b: tf.Tensor, h: tf.Tensor];

const objective = (x: tf.Tensor, p: tf.Tensor) => {
  const qx = tf.matMul(x as tf.Tensor2D, tf.tensor2d(Q, [3, 3]));
  return tf.add(tf.mul(0.5, tf.sum(tf.mul(x, qx), 1)), tf.sum(tf.mul(p, x), 1));
};
const equality = (x: tf.Tensor, _p: tf.Tensor, b: tf.Tensor) =>
  tf.sub(tf.matMul(x as tf.Tensor2D, tf.tensor2d(EQ, [3, 1])), b);
const inequality = (x: tf.Tensor, _p: tf.Tensor, _b: tf.Tensor, h: tf.Tensor) =>
  tf.sub(tf.matMul(x as tf.Tensor2D, tf.tensor2d(G, [2, 3]), false, true), h);

const condition = kkt<Params>({objective, equality, inequality});
const found = (): Solution => ({
  x: tf.tensor2d(solutions.map((row) => row.slice(0, 3))),
  ineqDual: tf.tensor2d(solutions.map((row) => [row[3], 0])),
  eqDual: tf.tensor2d(solutions.map((row) => [row[4]])),
});
const params = (): Params => [tf.tensor2d(P), tf.tensor2d(B, [2, 1]), tf.tensor1d(LIMITS)];

const V = [
  [1, -2, 0.5],
  [0.25, 1, 3],
];
const DUALS = [
  [0.7, -0.4],
  [1.5, 0.6],
];
/** SYSTEM⁻ᵀ of the cotangents of (x, λ₀, ν), a sample. */
const adjoints = (v: number[][], duals: number[][]) =>
  v.map((row, i) => solveExactly(transposed(SYSTEM), [...row, ...duals[i]]));

describeBackends('conditions.kkt', () => {
  it('has a test problem with strict complementarity', () => {
    for (const [, x1, , lambda] of solutions) {
      assert.isAbove(lambda, 0.5);
      assert.isBelow(x1, LIMITS[1] - 0.5);
    }
  });

  it('is zero at the solution', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const residual = condition(found(), ...params());
        for (const part of [residual.x, residual.ineqDual, residual.eqDual]) {
          expectClose(part, new Array<number>(part.size).fill(0), 0, 4e-6);
        }
      }),
    ));

  it('gives the gradients of the primal solution', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solve = customRoot(condition)(found);
        const [dp, db, dh] = vjp((...ps: Params) => solve(null, ...ps).x, params(), tf.tensor2d(V));
        const u = adjoints(
          V,
          V.map(() => [0, 0]),
        );
        expectClose(
          dp,
          u.flatMap((row) => row.slice(0, 3).map((value) => -value)),
          2e-6,
        );
        expectClose(
          db,
          u.map((row) => row[4]),
          2e-6,
        );
        expectClose(dh, [u[0][3] + u[1][3], 0], 2e-6);
      }),
    ));

  it('gives the gradients of the multipliers too, with the keys of the solution in any order', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solve = customRoot(condition)(() => {
          const {x, ineqDual, eqDual} = found();
          return {eqDual, x, ineqDual};
        });
        const cotangent: Solution = {
          eqDual: tf.tensor2d(DUALS.map((row) => [row[1]])),
          x: tf.tensor2d(V),
          // The multiplier of the inactive constraint is zero whatever the parameters: its cotangent changes nothing.
          ineqDual: tf.tensor2d(DUALS.map((row) => [row[0], 5])),
        };
        const [dp, db, dh] = vjp((...ps: Params) => solve(null, ...ps), params(), cotangent);
        const u = adjoints(V, DUALS);
        expectClose(
          dp,
          u.flatMap((row) => row.slice(0, 3).map((value) => -value)),
          2e-6,
        );
        expectClose(
          db,
          u.map((row) => row[4]),
          2e-6,
        );
        expectClose(dh, [u[0][3] + u[1][3], 0], 2e-6);
      }),
    ));

  it('does without multipliers where the problem has no such constraints', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        type Primal = {x: tf.Tensor; eqDual: tf.Tensor};
        const equalityOnly = kkt<[tf.Tensor, tf.Tensor]>({objective, equality});
        const system = [4, 1, 0, 1, 1, 3, 0.5, 1, 0, 0.5, 2, 1, 1, 1, 1, 0];
        const rows = P.map((p, i) => solveExactly(system, [...p.map((value) => -value), B[i]]));
        const solve = customRoot(equalityOnly)(() => {
          const solution: Primal = {
            x: tf.tensor2d(rows.map((row) => row.slice(0, 3))),
            eqDual: tf.tensor2d(rows.map((row) => [row[3]])),
          };
          return solution;
        });
        const [p, b] = params();
        const [dp, db] = vjp((...ps: [tf.Tensor, tf.Tensor]) => solve(null, ...ps).x, [p, b], tf.tensor2d(V));
        const u = V.map((row) => solveExactly(transposed(system), [...row, 0]));
        expectClose(
          dp,
          u.flatMap((row) => row.slice(0, 3).map((value) => -value)),
          2e-6,
        );
        expectClose(
          db,
          u.map((row) => row[3]),
          2e-6,
        );
      }),
    ));

  it('says which multiplier is missing', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {x, ineqDual, eqDual} = found();
        assert.match(
          messageOf(() => condition({x, eqDual} as Solution, ...params())),
          /the problem has an inequality, so the solution needs 'ineqDual'/,
        );
        assert.match(
          messageOf(() => condition({x, ineqDual} as Solution, ...params())),
          /the problem has an equality, so the solution needs 'eqDual'/,
        );
      }),
    ));
});
