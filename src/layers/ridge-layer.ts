/** @file Ridge regression as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import {lstsq} from '../linalg/index.js';
import {BaseLearnerLayer, type BaseLearnerArgs, type FittedModel} from './base/base-learner-layer.js';

/** The arguments of `RidgeLayer`: the weight of the norm, whether it is learned, and whether there are points to score. */
export type RidgeLayerArgs = BaseLearnerArgs;

/**
 * The rows of √λ I give full rank, even if they are very small compared with the features: only values at the rounding of f64 count as
 * zero.
 */
const FULL_RANK = 1e-14;

/**
 * W = argmin ½‖XW − Y‖² + ½λ‖W‖² for each sample: inputs X [B, m, p], Y [B, m, k] and points [B, q, p]; output: their scores [B, q, k], or
 * W [B, p, k] without points. λ is learned; it has the unit of the squared features: if the features are c times as large, λ must be c²
 * times as large.
 *
 * Each sample is a data set of its own: a base learner on features that the layers before it learn. f64 inside.
 *
 *     const scores = new RidgeLayer({l2: 0.1}).apply([support, labels, query]);
 *
 * @throws At build, if the shapes do not fit together.
 * @see Bertinetto et al. 2019, Meta-learning with differentiable closed-form solvers (arXiv 1805.08136).
 */
export class RidgeLayer extends BaseLearnerLayer {
  /** The name under which saved models find this layer. */
  static readonly className = 'RidgeLayer';

  /** @param args The weight λ, and whether it is learned. Default: 1, learned. */
  constructor(args: RidgeLayerArgs = {}) {
    super(RidgeLayer.className, args);
  }

  protected override get solves(): string {
    return 'W = argmin ½‖XW − Y‖² + ½λ‖W‖², λ = exp(logL2) where it is learned, else l2';
  }

  protected override fit(X: tf.Tensor, Y: tf.Tensor, l2: tf.Tensor): FittedModel {
    const [batch, , p] = X.shape as [number, number, number];
    const k = Y.shape[2]!;
    // Solved as a least-squares problem with more rows: XᵀX would square the condition number.
    const penalty = tf.broadcastTo(tf.mul(tf.sqrt(l2), tf.eye(p)), [batch, p, p]);
    const weights = lstsq(tf.concat([X, penalty], 1), tf.concat([Y, tf.zeros([batch, p, k])], 1), {
      rcond: FULL_RANK,
    });
    const zeros = tf.zeros([batch]);
    return {weights, status: zeros, iterations: tf.onesLike(zeros), residual: zeros};
  }
}

tf.serialization.registerClass(RidgeLayer);
