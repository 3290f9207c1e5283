/** @file The last steps of a quasi-Newton method, and the product with the inverse Hessian that they imply. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../../autodiff/index.js';
import {rowDot, safeDivide} from '../../../linsolve/index.js';

/** Steps and changes of the gradient, newest first, [B, m, n] each; `rho` [B, m] is 1/⟨s, y⟩, zero for a slot without a pair. */
export type History = {s: tf.Tensor3D; y: tf.Tensor3D; rho: tf.Tensor2D};

export function emptyHistory([batch, n]: [number, number], size: number): History {
  return {s: tf.zeros([batch, size, n]), y: tf.zeros([batch, size, n]), rho: tf.zeros([batch, size])};
}

/** The history with the last step as a new pair, if the pair has curvature; empty for a sample with `known`, [B, 1], zero. */
export function remember(
  {s, y, rho}: History,
  step: tf.Tensor,
  change: tf.Tensor,
  known: tf.Tensor,
): History {
  const size = rho.shape[1];
  const curvature = rowDot(step, change);
  const learns = offTape(() =>
    tf.logicalAnd(tf.greater(known, 0), tf.greater(curvature, tf.mul(1e-10, rowDot(change, change)))),
  );
  const alive = offTape(() => tf.cast(tf.greater(known, 0), 'float32'));
  const push = <T extends tf.Tensor>(buffer: T, entry: tf.Tensor): T => {
    const rest = tf.slice(
      buffer,
      buffer.shape.map(() => 0),
      [-1, size - 1, ...buffer.shape.slice(2)],
    );
    const shape = [learns.shape[0], ...buffer.shape.slice(1).map(() => 1)];
    const longer = tf.concat([tf.expandDims(entry, 1), rest], 1);
    const chosen = tf.where(
      offTape(() => tf.broadcastTo(tf.reshape(learns, shape), buffer.shape)),
      longer,
      buffer,
    );
    return tf.mul(chosen, tf.reshape(alive, shape)) as T;
  };
  const inverse = tf.reshape(safeDivide(tf.onesLike(curvature), curvature), [-1]);
  return {s: push(s, step), y: push(y, change), rho: push(rho, inverse)};
}

/**
 * H v for the inverse Hessian H that the history implies, by the two loops; `mask` [B, n] of 0 and 1 selects a subspace.
 *
 * @see Nocedal & Wright 2006, algorithm 7.4 and equation 7.20 for the scaling.
 */
export function inverseHessianProduct({s, y, rho}: History, v: tf.Tensor2D, mask?: tf.Tensor): tf.Tensor2D {
  const size = rho.shape[1];
  const slot = (buffer: tf.Tensor3D, i: number) => {
    const row = tf.squeeze(tf.slice(buffer, [0, i, 0], [-1, 1, -1]), [1]);
    return mask ? tf.mul(row, mask) : row;
  };
  const pairs = Array.from({length: size}, (_, i) => {
    const [step, change] = [slot(s, i), slot(y, i)];
    // In a subspace, a pair counts if it has curvature there.
    const own = tf.slice(rho, [0, i], [-1, 1]);
    const inside = mask ? rowDot(step, change) : null;
    const valid = inside
      ? offTape(() =>
          tf.logicalAnd(tf.notEqual(own, 0), tf.greater(inside, tf.mul(1e-10, rowDot(change, change)))),
        )
      : null;
    const weight = inside
      ? tf.where(valid!, safeDivide(tf.onesLike(inside), inside), tf.zerosLike(inside))
      : own;
    return {step, change, weight};
  });
  let q: tf.Tensor = mask ? tf.mul(v, mask) : v;
  const alphas = pairs.map(({step, change, weight}) => {
    const alpha = tf.mul(weight, rowDot(step, q));
    q = tf.sub(q, tf.mul(alpha, change));
    return alpha;
  });
  // The newest valid pair scales the start.
  let gamma: tf.Tensor = tf.ones([v.shape[0], 1]);
  for (const {step, change, weight} of [...pairs].reverse()) {
    const ratio = safeDivide(rowDot(step, change), rowDot(change, change));
    const valid = offTape(() => tf.logicalAnd(tf.notEqual(weight, 0), tf.greater(ratio, 0)));
    gamma = tf.where(valid, ratio, gamma);
  }
  let r = tf.mul(gamma, q);
  for (let i = size - 1; i >= 0; i--) {
    const {step, change, weight} = pairs[i];
    const beta = tf.mul(weight, rowDot(change, r));
    r = tf.add(r, tf.mul(tf.sub(alphas[i], beta), step));
  }
  return r as tf.Tensor2D;
}
