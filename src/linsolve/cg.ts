/** @file Conjugate gradients. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../checks/index.js';
import {
  iterativeSolver,
  ITERATIVE,
  PRECONDITIONED,
  type IterativeOptions,
  type KrylovMethod,
  type KrylovState,
  type PreconditionedOptions,
} from './iterative.js';
import {rowDot, safeDivide} from './rows.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver, Operator} from './types.js';

/** M has to be symmetric positive definite. */
export type CgOptions = PreconditionedOptions;

interface CgState extends KrylovState {
  p: tf.Tensor2D;
  /** ⟨r, M r⟩, [B, 1]. */
  rz: tf.Tensor2D;
}

const method: KrylovMethod = {
  preconditions: true,
  start(r, precondition) {
    const z = precondition(r);
    return {x: tf.zerosLike(r), r, p: z, rz: rowDot(r, z)} satisfies CgState;
  },
  step(state, active, apply, precondition) {
    const {x, r, p, rz} = state as CgState;
    const q = apply(p);
    const alpha = tf.mul(active, safeDivide(rz, rowDot(p, q)));
    const rNext: tf.Tensor2D = tf.sub(r, tf.mul(alpha, q));
    const z = precondition(rNext);
    const rzNext = rowDot(rNext, z);
    const beta = tf.mul(active, safeDivide(rzNext, rz));
    return {
      x: tf.add(x, tf.mul(alpha, p)),
      r: rNext,
      p: tf.add(z, tf.mul(beta, p)),
      rz: rzNext,
    } satisfies CgState;
  },
};

/**
 * Conjugate gradients (Hestenes & Stiefel 1952), for symmetric positive definite A.
 *
 * On a singular but consistent system it finds the minimum-norm solution.
 */
export function cg(given: CgOptions = {}): LinearSolver {
  const options = checkOptions('linsolve.cg', given, PRECONDITIONED);
  return iterativeSolver('cg', method, options);
}

/**
 * Conjugate gradients on the normal equations AᵀA x = Aᵀb, for any A.
 *
 * Never the default: it squares the condition number. It finds the least-squares solution of minimum norm when A is
 * singular. It is not preconditioned. `tolerance` is on the residual of the normal equations.
 */
export function normalCg(options: IterativeOptions = {}): LinearSolver {
  const {tolerance, maxIterations} = checkOptions('linsolve.normalCg', options, ITERATIVE);
  const inner = cg({tolerance, maxIterations});
  return {
    className: 'normalCg',
    getConfig: () => inner.getConfig(),
    factor(operator) {
      const normal: Operator = {
        ...operator,
        batched: operator.batched,
        tags: {symmetric: true},
        diagonal: undefined,
        apply: (v) => tf.tidy(() => operator.applyTranspose(operator.apply(v))),
        applyTranspose: (v) => tf.tidy(() => operator.applyTranspose(operator.apply(v))),
      };
      const transposed: Operator = {
        ...normal,
        apply: (v) => tf.tidy(() => operator.apply(operator.applyTranspose(v))),
        applyTranspose: (v) => tf.tidy(() => operator.apply(operator.applyTranspose(v))),
      };
      const forward = inner.factor(normal);
      const backward = inner.factor(transposed);
      let latest = forward;
      return {
        solve(b) {
          latest = forward;
          return tf.tidy(() => forward.solve(operator.applyTranspose(b)));
        },
        solveTranspose(b) {
          latest = backward;
          return tf.tidy(() => backward.solve(operator.apply(b)));
        },
        get info() {
          return latest.info;
        },
        dispose() {
          forward.dispose();
          backward.dispose();
        },
      };
    },
  };
}

registerLinearSolver('cg', cg);
registerLinearSolver('normalCg', normalCg);
