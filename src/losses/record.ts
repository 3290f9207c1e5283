/** @file Puts a loss on the tape with its slopes in closed form, so that its value may be written for accuracy alone. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, recordOp} from '../autodiff/index.js';
import {valuesOnHost} from '../kernels/index.js';
import {weighted} from './limits.js';
import {whereClass} from './targets.js';

/** Of a loss L(y, θ), entry by entry or with the last axis summed. y is the target as given: indices stay indices. */
export interface LossRule {
  name: string;
  /** L, computed off the tape: masks and clamps are welcome. */
  value: (target: tf.Tensor, prediction: tf.Tensor) => tf.Tensor;
  /** ∂L/∂θ, of differentiable operations. */
  slope: (target: tf.Tensor, prediction: tf.Tensor) => tf.Tensor;
  /** ∂L/∂y, also of differentiable operations; used only if y is float32. */
  targetSlope: (target: tf.Tensor, prediction: tf.Tensor) => tf.Tensor;
}

export function recordLoss(rule: LossRule, target: tf.Tensor, prediction: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const point = tf.cast(prediction, 'float32');
    return recordOp({
      name: rule.name,
      values: [offTape(() => whereClass(rule.value(target, point), target, point))],
      inputs: [target, point],
      gradient: ([dy], _outputs, [y, theta]) => {
        // A loss that does not count has no gradient, even if its slope is infinite.
        const along = (slope: tf.Tensor) =>
          weighted(slope.rank > dy.rank ? tf.expandDims(dy, -1) : dy, slope);
        const dTheta = along(rule.slope(y, theta));
        return y.dtype === 'float32' ? [along(rule.targetSlope(y, theta)), dTheta] : [dTheta];
      },
    })[0];
  });
}

/** @throws If the two shapes of a pointwise loss differ. */
export function checkPointwise(where: string, target: tf.Tensor, prediction: tf.Tensor): void {
  if (!tf.util.arraysEqual(target.shape, prediction.shape)) {
    throw new Error(
      `losses.${where}: the target has shape [${target.shape}], the prediction [${prediction.shape}]; they must agree.`,
    );
  }
}

/** How far a label may lie outside [0, 1]: rounding, and the steps of a finite difference. */
const ROUNDING = 1e-2;

/**
 * `checkPointwise`, and that the labels lie in [0, 1], if the host can read them.
 *
 * @throws If not. NaN is accepted: its loss is NaN.
 */
export function checkBinary(where: string, label: tf.Tensor, logit: tf.Tensor): void {
  checkPointwise(where, label, logit);
  const outside = valuesOnHost(label)?.find((y) => y < -ROUNDING || y > 1 + ROUNDING);
  if (outside === undefined) return;
  const signs = outside === -1 ? ' For labels −1 and 1 pass (y + 1)/2.' : '';
  throw new Error(`losses.${where}: labels must lie in [0, 1], got ${outside}.${signs}`);
}
