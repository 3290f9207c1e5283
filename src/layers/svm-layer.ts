/** @file A multiclass support-vector machine as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import {ON_FAILURE, solveQP, type OnFailure} from '../solvers/index.js';
import {BaseLearnerLayer, type BaseLearnerArgs, type Fit} from './base-learner-layer.js';
import {checkChoice} from './solver-layer.js';

export interface SVMLayerArgs extends BaseLearnerArgs {
  /** When data sets fail: 'warn' (default), 'throw' or 'ignore'. They get W of β = 0. */
  onFailure?: OnFailure;
}

/** Makes the dual strictly convex, as a share of its mean curvature: W hardly notices. */
const REGULARIZATION = 1e-5;

/**
 * W = Xᵀ(Y − β)/λ with β = argmin ½‖Xᵀ(Y − β)‖²/λ + ⟨β, Y⟩ over rows in the simplex: the dual of Crammer and Singer's multiclass SVM
 * with the margin 1, a sample. Inputs X [B, m, p], one-hot Y [B, m, k] and points [B, q, p]; output their scores [B, q, k], or W [B, p, k]
 * without points. λ is learned.
 *
 * Each sample is a data set of its own, and costs a quadratic program in m·k variables; f64 inside.
 *
 *     const scores = new SVMLayer().apply([support, labels, query]);
 *
 * @throws At build, if the shapes do not fit together.
 * @see Crammer & Singer 2001; Lee et al. 2019, Meta-learning with differentiable convex optimization (arXiv 1904.03758); Blondel et al.
 *   2022 (arXiv 2105.15183), section 4.1.
 */
export class SVMLayer extends BaseLearnerLayer {
  static readonly className = 'SVMLayer';
  private readonly onFailure: OnFailure;

  constructor(args: SVMLayerArgs = {}) {
    super(SVMLayer.className, args, ['onFailure']);
    this.onFailure = checkChoice(SVMLayer.className, 'onFailure', args.onFailure ?? 'warn', ON_FAILURE);
  }

  protected override fit(X: tf.Tensor, Y: tf.Tensor, l2: tf.Tensor): Fit {
    const [batch, m] = X.shape as [number, number];
    const k = Y.shape[2]!;
    const n = m * k;
    const K = tf.matMul(X, X, false, true);
    // (K ⊗ I)/λ: the classes share the kernel matrix.
    const blocks = tf.mul(tf.reshape(K, [batch, m, 1, m, 1]), tf.reshape(tf.eye(k), [1, 1, k, 1, k]));
    const size = tf.add(tf.mul(REGULARIZATION, tf.mean(tf.square(X), [1, 2], true)), 1e-12);
    const Q = tf.div(tf.add(tf.reshape(blocks, [batch, n, n]), tf.mul(size, tf.eye(n))), l2);
    const p = tf.reshape(tf.sub(Y, tf.div(tf.matMul(K, Y), l2)), [batch, n]);
    const rows = tf.reshape(tf.mul(tf.reshape(tf.eye(m), [m, m, 1]), tf.ones([1, 1, k])), [m, n]);
    const {x, status, iterations, residual} = solveQP(
      {Q, p, G: tf.neg(tf.eye(n)), h: tf.zeros([n]), A: rows, b: tf.ones([m])},
      {onFailure: this.onFailure, onGradient: this.rememberGradient},
    );
    const slack = tf.sub(Y, tf.reshape(x, [batch, m, k]));
    return {weights: tf.div(tf.matMul(X, slack, true), l2), status, iterations, residual};
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), onFailure: this.onFailure};
  }
}

tf.serialization.registerClass(SVMLayer);
