/** @file The Huber loss: quadratic near zero, linear beyond. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape} from '../autodiff/index.js';
import {difference} from './limits.js';
import {checkPointwise, recordLoss} from './record.js';

/** The parameter of `losses.huber`. */
export interface HuberParams {
  /** |r| from which the loss is linear, positive. Default 1. */
  delta?: number | undefined;
}

const NAMES: Names<HuberParams> = {delta: 0};

/**
 * ½r² if |r| ≤ δ, else δ(|r| − ½δ), with r = prediction − target, entry by entry.
 *
 * @param target Any shape. Differentiable, like `prediction`.
 * @param prediction The same shape, which the result has too.
 * @throws If the shapes differ, or δ is not positive and finite.
 * @see Huber 1964, section 4.
 */
export function huber(target: tf.Tensor, prediction: tf.Tensor, params: HuberParams = {}): tf.Tensor {
  const {delta = 1} = checkOptions('losses.huber', params, NAMES, 'parameter');
  checkPointwise('huber', target, prediction);
  if (!(delta > 0 && delta < Infinity)) {
    throw new Error(`losses.huber: delta must be positive and finite, got ${delta}.`);
  }
  const slope = (y: tf.Tensor, p: tf.Tensor) => clamp(difference(p, tf.cast(y, 'float32')), delta);
  return recordLoss(
    {
      name: 'Huber',
      value: (y, p) => {
        const r = difference(p, tf.cast(y, 'float32'));
        const c = tf.clipByValue(r, -delta, delta);
        return tf.mul(c, tf.sub(r, tf.div(c, 2)));
      },
      slope,
      targetSlope: (y, p) => tf.neg(slope(y, p)),
    },
    target,
    prediction,
  );
}

/** r clipped to [−δ, δ], by a mask: the gradient of tf.clipByValue cannot be differentiated. */
function clamp(r: tf.Tensor, delta: number): tf.Tensor {
  const clipped = offTape(() => tf.clipByValue(r, -delta, delta));
  return tf.where(
    offTape(() => tf.equal(r, clipped)),
    r,
    clipped,
  );
}
