/** @file The residual map of the homogeneous self-dual embedding of a conic program. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction} from '../checks/index.js';
import type {Condition} from '../implicit/index.js';
import {matVec, matVecTransposed} from '../linalg/index.js';

/** min cᵀz subject to Ez + s = d, s in a cone K: every tensor has the batch or 1 in front. */
export type ConicData = {
  /** [B, p]. */
  c: tf.Tensor;
  /** [B | 1, m, p]. */
  E: tf.Tensor;
  /** [B | 1, m]. */
  d: tf.Tensor;
};

/** A point of the embedding; the solution is z = u/w, its dual proj_{K*}(v)/w, and s = (proj_{K*}(v) − v)/w. */
export type ConicPoint = {
  /** [B, p]. */
  u: tf.Tensor;
  /** [B, m]. */
  v: tf.Tensor;
  /** [B, 1], positive at a solution. */
  w: tf.Tensor;
};

/**
 * F = ((N − I)Π + I)x at x = (u, v, w), N = [[0, Eᵀ, c], [−E, 0, d], [−cᵀ, −dᵀ, 0]] and Π the projection onto
 * R^p × K* × R₊; zero at an embedded solution of min cᵀz subject to Ez + s = d, s ∈ K.
 *
 * Any multiple of a root is also a root. The last equation follows from the others, so it is replaced by w = 1; the system is
 * then regular wherever the solution is.
 *
 * @param dualProjection The projection onto K*, the dual cone: v [B, m] ↦ [B, m].
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 18; Busseti, Moursi & Boyd 2019 (arXiv 1811.02157), section 3.
 */
export function conicResidual(
  dualProjection: (v: tf.Tensor) => tf.Tensor,
): Condition<ConicPoint, [ConicData]> {
  checkFunction('conditions.conicResidual', 'dualProjection', dualProjection);
  return ({u, v, w}, {c, E, d}) =>
    tf.tidy(() => {
      const y = dualProjection(v);
      const tau = tf.relu(w);
      return {
        u: tf.add(matVecTransposed(E, y), tf.mul(tau, c)),
        // d·τ − Eu − y + v: the slack y − v is the remainder of d.
        v: tf.addN([tf.neg(matVec(E, u)), tf.mul(tau, d), tf.sub(v, y)]),
        w: tf.sub(w, 1),
      };
    });
}
