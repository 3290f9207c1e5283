/** @file The units of x and of its gradient at the start of a descent. With them, results do not depend on the units of the problem. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../autodiff/index.js';
import {loopWhile} from '../../programs/index.js';

/** If x is this many first steps away, it has diverged. */
export const FAR = 2 ** 60;

/** The length of the first step, and the size of the gradient, each [B, 1]. */
export type Scale = {x: tf.Tensor2D; gradient: tf.Tensor2D};

/** Also −1 where the gradient grows along −g, otherwise 1. */
export type FirstScale = Scale & {sign: tf.Tensor2D};

/** `found` where a trial showed the curvature. */
type Trials = {length: tf.Tensor; open: tf.Tensor; found: tf.Tensor; sign: tf.Tensor};

const TRIALS = 14;
/** If a slope changed by less than this fraction, it does not show the curvature: the trial was too short. */
const VISIBLE = 1e-3;
const STRIDE = 1e3;

/**
 * The step along −g after which the slope is about zero according to the curvature in that direction, in the maximum norm. Without
 * curvature (a linear function), 1e-2 of x.
 */
export function firstScale(
  x: tf.Tensor2D,
  g: tf.Tensor2D,
  gradientAt: (x: tf.Tensor) => tf.Tensor,
): FirstScale {
  return offTape(() => {
    const size = largest(g);
    const direction = tf.div(g, size);
    const slope = tf.sum(tf.square(direction), 1, true);
    const extent = tf.max(tf.abs(x), 1, true);
    const good = tf.logicalAnd(tf.greater(extent, 0), tf.isFinite(extent));
    const guess = tf.where(good, tf.mul(1e-2, extent), tf.onesLike(extent));
    const first = {
      length: guess,
      open: tf.ones(guess.shape),
      found: tf.zeros(guess.shape),
      sign: tf.ones(guess.shape),
    };
    const {length, found, sign} = loopWhile<Trials>(
      first,
      ({length, open, found, sign}) => {
        const there = tf.div(gradientAt(tf.sub(x, tf.mul(length, direction))), size);
        const lost = tf.div(tf.sum(tf.mul(tf.sub(direction, there), direction), 1, true), slope);
        const change = tf.abs(lost);
        const finite = tf.isFinite(change);
        const visible = tf.logicalAnd(finite, tf.greater(change, VISIBLE));
        const settled = tf.logicalAnd(visible, tf.logicalAnd(tf.greater(change, 0.5), tf.less(change, 2)));
        const factor = tf.where(
          visible,
          tf.div(1, tf.clipByValue(tf.where(visible, change, tf.onesLike(change)), VISIBLE, STRIDE)),
          tf.where(finite, tf.fill(change.shape, STRIDE), tf.fill(change.shape, 1 / STRIDE)),
        );
        const rising = tf.logicalAnd(visible, tf.less(lost, 0));
        const tried = tf.greater(open, 0);
        const turned = tf.where(rising, tf.fill(sign.shape, -1), tf.onesLike(sign));
        const still = tf.mul(open, tf.sub(1, tf.cast(settled, 'float32')));
        return {
          state: {
            length: tf.where(tried, tf.mul(length, factor), length),
            open: still,
            found: tf.maximum(found, tf.mul(open, tf.cast(visible, 'float32'))),
            sign: tf.where(tried, turned, sign),
          },
          open: still,
        };
      },
      {limit: TRIALS},
    );
    const usable = tf.logicalAnd(
      tf.greater(found, 0),
      tf.logicalAnd(tf.isFinite(length), tf.greater(length, 0)),
    );
    return {x: tf.where(usable, length, guess), gradient: size, sign} as unknown as tf.TensorContainerObject;
  }) as unknown as FirstScale;
}

/** The largest magnitude of each row, [B, 1]; 1 for a row of zeros, or one that is not finite. */
function largest(rows: tf.Tensor): tf.Tensor {
  const top = tf.max(tf.abs(rows), 1, true);
  return tf.where(tf.logicalAnd(tf.greater(top, 0), tf.isFinite(top)), top, tf.onesLike(top));
}
