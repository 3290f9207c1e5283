/** @file Krylov methods for tensors that the host cannot read: an iteration is a few tensor operations on rows [B, n]. */
import * as tf from '@tensorflow/tfjs-core';
import type {KrylovMethod, KrylovSystem} from './krylov-method.js';
import {identity, onRows, rowMax, rowNorm, safeDivide, toRows} from './rows.js';
import type {SolveInfo} from './types.js';

/** Reads no value: every sample runs to the last iteration, or is frozen. */
export function solveOnDevice(
  method: KrylovMethod,
  {operator, prepared, b, transpose}: KrylovSystem,
  {tolerance, maxIterations}: {tolerance: number; maxIterations: number},
): {x: tf.Tensor; info: SolveInfo} {
  const apply = onRows(operator, b.shape, transpose);
  // The part of the preconditioner that the method applies itself, and the part that is applied around it.
  const inner = (method.preconditions && prepared?.apply) || identity;
  const outer =
    (!method.preconditions && (transpose ? prepared?.applyTranspose : prepared?.apply)) || identity;
  const rows = toRows(b, operator.batched);
  const norm = rowNorm(tf.div(rows, rowMax(rows)));
  // Solves for a right-hand side of norm 1, because the squared norm of a tiny cotangent would underflow.
  const unit = safeDivide(tf.div(rows, rowMax(rows)), norm) as tf.Tensor2D;
  const isActive = (residualNorm: tf.Tensor) =>
    tf.cast(tf.greater(residualNorm, tolerance), 'float32') as tf.Tensor2D;

  let x: tf.Tensor2D = tf.zerosLike(unit);
  let r = unit;
  let residual = rowNorm(r);
  let iterations: tf.Tensor2D = tf.zerosLike(residual);
  let state = method.start(r, inner);
  let sinceRestart = 0;
  for (let k = 1; k <= maxIterations; k++) {
    const active = isActive(rowNorm(state.r));
    state = tf.tidy(() => method.step(state, active, (v) => apply(outer(v)), inner));
    iterations = tf.add(iterations, active);
    sinceRestart++;
    if (sinceRestart !== method.restart && k !== maxIterations) continue;
    // In f32 the recursive residual drifts from the true one, so the method is run again on the true residual. A correction that made a
    // sample worse (or NaN) is dropped.
    const candidate: tf.Tensor2D = tf.add(x, outer(state.x));
    const candidateResidual: tf.Tensor2D = tf.sub(unit, apply(candidate));
    const candidateNorm = rowNorm(candidateResidual);
    const better = tf.less(candidateNorm, residual);
    x = tf.where(better, candidate, x) as tf.Tensor2D;
    r = tf.where(better, candidateResidual, r) as tf.Tensor2D;
    residual = tf.where(better, candidateNorm, residual) as tf.Tensor2D;
    state = method.start(r, inner);
    sinceRestart = 0;
  }
  return {
    x: tf.reshape(tf.mul(tf.mul(x, norm), rowMax(rows)), b.shape),
    info: {
      converged: tf.reshape(tf.sub(1, isActive(residual)), [-1]),
      iterations: tf.reshape(iterations, [-1]),
      residual: tf.reshape(residual, [-1]),
    },
  };
}
