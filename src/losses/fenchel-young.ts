/** @file Makes the Fenchel–Young loss of a maximisation problem. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape, recordOp} from '../autodiff/index.js';
import {weighted} from './limits.js';
import {asDistribution, checkTarget} from './targets.js';

/** θ [B, …, n] to a maximum [B] or [B, …] over the axes that are gone. */
export type MaxFunction = (logits: tf.Tensor) => tf.Tensor;

/** A convex conjugate with its gradient, if that is known. */
export interface Conjugate {
  /** Ω*(θ) = max_p ⟨θ, p⟩ − Ω(p). Never differentiated. */
  conjugate: MaxFunction;
  /** ∇Ω*(θ), the p that attains the maximum, with θ's shape; higher derivatives use it. */
  prediction: (logits: tf.Tensor) => tf.Tensor;
  /** Ω(y), of the shape of Ω*(θ). Without it the loss lacks this term, which is constant in θ. */
  regularizer?: ((target: tf.Tensor) => tf.Tensor) | undefined;
}

const NAMES: Names<Conjugate> = {conjugate: 1, prediction: 1, regularizer: 0};

/**
 * L(y, θ) = Ω*(θ) + Ω(y) − ⟨θ, y⟩, or F(θ) − ⟨θ, y⟩ for a function F such as tf.logSumExp or a `perturbedMax`.
 *
 * Its slope in θ is ∇F(θ) − y, prediction minus target.
 *
 * @param source F, differentiated as it is written, or Ω* with its gradient.
 * @returns The loss of target and logits θ [B, …, n]: y is of θ's shape, or int32 class indices along the last axis. The result
 *   has the shape of F(θ), leading axes of θ. It throws if shapes do not fit. Logits that are much larger than the loss reduce
 *   its accuracy, and +∞ gives whatever F gives (−∞ is fine where y is 0). For such logits use multiclassLogistic and the other
 *   ready-made losses, which avoid cancellation.
 * @see Blondel, Martins & Niculae 2020 (arXiv 1901.02324), equation 14.
 */
export function fenchelYoung(
  source: MaxFunction | Conjugate,
): (target: tf.Tensor, logits: tf.Tensor) => tf.Tensor {
  if (typeof source !== 'function') checkOptions('losses.fenchelYoung', source, NAMES, 'entry');
  const {maximum, regularizer} =
    typeof source === 'function'
      ? {maximum: source, regularizer: undefined}
      : {maximum: withGradient(source), regularizer: source.regularizer};
  return (target, logits) => {
    checkTarget('fenchelYoung', target, logits);
    return tf.tidy(() => {
      const theta = tf.cast(logits, 'float32');
      const y = asDistribution(target, theta);
      const value = maximum(theta);
      checkLeading(value, theta);
      const product = weighted(y, theta);
      const axes = theta.shape.map((_, axis) => axis).slice(value.rank);
      const loss = tf.sub(value, axes.length === 0 ? product : tf.sum(product, axes));
      return regularizer ? tf.add(loss, regularizer(y)) : loss;
    });
  };
}

function withGradient({conjugate, prediction}: Conjugate): MaxFunction {
  return (theta) =>
    recordOp({
      name: 'Conjugate',
      hasOwnGradient: true,
      values: [offTape(() => conjugate(theta))],
      inputs: [theta],
      gradient: ([dy], _outputs, [at]) => {
        const shape = [...dy.shape, ...new Array<number>(at.rank - dy.rank).fill(1)];
        return [tf.mul(tf.reshape(dy, shape), prediction(at))];
      },
    })[0];
}

function checkLeading(value: tf.Tensor, theta: tf.Tensor): void {
  if (!tf.util.arraysEqual(value.shape, theta.shape.slice(0, value.rank))) {
    throw new Error(
      `losses.fenchelYoung: the maximum has shape [${value.shape}], which is not a leading part of the logits' ` +
        `[${theta.shape}].`,
    );
  }
}
