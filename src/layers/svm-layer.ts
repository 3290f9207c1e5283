/** @file A multiclass support-vector machine as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';
import {ON_FAILURE, solveQP, type OnFailure} from '../solvers/index.js';
import {BaseLearnerLayer, type BaseLearnerArgs, type FittedModel} from './base/base-learner-layer.js';
import {finiteRows} from './base/rows.js';
import {checkChoice} from './base/arguments.js';

/** The arguments of `SVMLayer`: those of `RidgeLayer`, and what to do when a data set fails. */
export interface SVMLayerArgs extends BaseLearnerArgs {
  /** When data sets fail: 'warn' (default), 'throw' or 'ignore'. They get W = 0 and a zero gradient. */
  onFailure?: OnFailure | undefined;
}

/**
 * Added to the kernel matrix to make the dual strictly convex, as a fraction of the mean square of a feature: the effect on W is very
 * small.
 */
const REGULARIZATION = 1e-5;

/**
 * W = Xᵀ(Y − β)/λ with β = argmin ½‖Xᵀ(Y − β)‖²/λ + ⟨β, Y⟩ over rows in the simplex, for each sample: the dual of Crammer and Singer's
 * multiclass SVM with the margin 1. Inputs X [B, m, p], one-hot Y [B, m, k] and points [B, q, p]; output: their scores [B, q, k], or W [B,
 * p, k] without points. λ is learned; it has the unit of the squared features: if the features are c times as large, λ must be c² times as
 * large.
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
  /** The name under which saved models find this layer. */
  static readonly className = 'SVMLayer';
  private readonly onFailure: OnFailure;

  /** @param args The weight λ, whether it is learned, and what happens when a data set fails. Default: 1, learned, a warning. */
  constructor(args: SVMLayerArgs = {}) {
    super(SVMLayer.className, args, ['onFailure']);
    this.onFailure = checkChoice(SVMLayer.className, 'onFailure', args.onFailure ?? 'warn', ON_FAILURE);
  }

  protected override get solves(): string {
    return 'W = the multiclass support-vector machine of Crammer and Singer on (X, Y) with ½λ‖W‖², λ = exp(logL2) where it is learned, else l2';
  }

  protected override usable(given: readonly tf.Tensor[], l2: tf.Tensor): tf.Tensor {
    // The kernel matrix is f32.
    return offTape(() => finiteRows([...given, tf.div(tf.sum(tf.square(given[0]), [1, 2]), l2)]));
  }

  protected override get whyInvalid(): string {
    return 'has NaN or infinity in its input, or features so large relative to λ that their squares overflow float32';
  }

  /** What happens when a data set has a number that is not finite: the argument `onFailure`. */
  protected override get whenInvalid(): OnFailure {
    return this.onFailure;
  }

  protected override fit(X: tf.Tensor, Y: tf.Tensor, l2: tf.Tensor): FittedModel {
    const [batch, m] = X.shape as [number, number];
    const k = Y.shape[2]!;
    const n = m * k;
    const K = tf.matMul(X, X, false, true);
    // (K ⊗ I)/λ: the classes share the kernel matrix.
    const blocks = tf.mul(tf.reshape(K, [batch, m, 1, m, 1]), tf.reshape(tf.eye(k), [1, 1, k, 1, k]));
    // The slack s = Y − β is the variable, because for large features β differs from Y by less than f32 can hold. Everything is measured
    // in units of the kernel, so that the scale of the features does not matter.
    const mean = tf.mean(tf.square(X), [1, 2], true);
    const size = tf.where(
      offTape(() => tf.equal(mean, 0)),
      tf.onesLike(mean),
      tf.mul(REGULARIZATION, mean),
    );
    const unit = offTape(() => {
      const diagonal = tf.sum(tf.mul(K, tf.eye(m)), [1, 2], true);
      return tf.minimum(1, tf.div(tf.mul(m, l2), tf.maximum(diagonal, 1e-30)));
    });
    const Q = tf.mul(tf.add(tf.reshape(blocks, [batch, n, n]), tf.mul(size, tf.eye(n))), tf.div(unit, l2));
    const labels = tf.reshape(Y, [batch, n]);
    const rows = tf.reshape(tf.mul(tf.reshape(tf.eye(m), [m, m, 1]), tf.ones([1, 1, k])), [m, n]);
    const {x, status, iterations, residual} = solveQP(
      {
        ...{Q, p: tf.neg(labels), G: tf.eye(n), h: tf.div(labels, tf.reshape(unit, [batch, 1]))},
        ...{A: rows, b: tf.div(tf.sub(tf.sum(Y, 2), 1), tf.reshape(unit, [batch, 1]))},
      },
      {onFailure: this.onFailure, onGradient: this.rememberGradient},
    );
    const slack = tf.mul(tf.reshape(x, [batch, m, k]), unit);
    return {weights: tf.div(tf.matMul(X, slack, true), l2), status, iterations, residual};
  }

  /** The arguments of an equal layer, for a saved model. */
  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), onFailure: this.onFailure};
  }
}

tf.serialization.registerClass(SVMLayer);
