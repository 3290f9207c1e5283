/** @file The stabilised biconjugate-gradient method. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../checks/index.js';
import {
  iterativeSolver,
  PRECONDITIONED,
  type PreconditionedOptions,
  type KrylovMethod,
  type KrylovState,
} from './iterative.js';
import {rowDot, safeDivide} from './rows.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver} from './types.js';

interface BicgstabState extends KrylovState {
  shadow: tf.Tensor2D;
  p: tf.Tensor2D;
  rho: tf.Tensor2D;
}

const method: KrylovMethod = {
  start(r) {
    return {x: tf.zerosLike(r), r, shadow: r, p: r, rho: rowDot(r, r)} satisfies BicgstabState;
  },
  step(state, active, apply) {
    const {x, r, shadow, p, rho} = state as BicgstabState;
    const v = apply(p);
    const alpha = tf.mul(active, safeDivide(rho, rowDot(shadow, v)));
    const s: tf.Tensor2D = tf.sub(r, tf.mul(alpha, v));
    const t = apply(s);
    const omega = tf.mul(active, safeDivide(rowDot(t, s), rowDot(t, t)));
    const rNext: tf.Tensor2D = tf.sub(s, tf.mul(omega, t));
    const rhoNext = rowDot(shadow, rNext);
    const beta = tf.mul(safeDivide(rhoNext, rho), safeDivide(alpha, omega));
    return {
      x: tf.add(x, tf.add(tf.mul(alpha, p), tf.mul(omega, s))),
      r: rNext,
      shadow,
      p: tf.add(rNext, tf.mul(beta, tf.sub(p, tf.mul(omega, v)))),
      rho: rhoNext,
    } satisfies BicgstabState;
  },
  // A shadow residual that has become orthogonal to r stalls the method; a new one frees it.
  restart: 50,
};

/** BiCGSTAB (van der Vorst 1992), for any nonsingular A: two products an iteration, constant memory. */
export function bicgstab(given: PreconditionedOptions = {}): LinearSolver {
  const options = checkOptions('linsolve.bicgstab', given, PRECONDITIONED);
  return iterativeSolver('bicgstab', method, options);
}

registerLinearSolver('bicgstab', bicgstab);
