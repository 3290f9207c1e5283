/** @file Arithmetic that returns the limit if a logit is infinite, instead of ∞ − ∞ or 0·∞. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';
import {fill} from '../kernels/index.js';

/** weight·v, and 0 where the weight is 0, for any v. */
export function weighted(weight: tf.Tensor, v: tf.Tensor): tf.Tensor {
  const none = offTape(() => tf.logicalAnd(tf.equal(weight, 0), tf.logicalNot(tf.isFinite(v))));
  return tf.mul(weight, tf.where(none, tf.zerosLike(v), v));
}

/** a − b, and 0 where both are the same infinity. */
export function difference(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const alike = offTape(() => tf.logicalAnd(tf.equal(a, b), tf.isInf(a)));
  const finite = (v: tf.Tensor) => tf.where(alike, tf.zerosLike(v), v);
  return tf.sub(finite(a), finite(b));
}

/**
 * Logits whose rows have finite maxima, with the same differences in the limit: of a row with +∞ those entries alone are left (at 0,
 * the others at −∞), and a row of −∞ alone becomes 0. Other rows stay as they are.
 */
export function withFiniteMaximum(logits: tf.Tensor): tf.Tensor {
  const {far, limit} = offTape(() => {
    const top = tf.max(logits, -1, true);
    const rows = tf.logicalAnd(tf.isInf(top), tf.cast(tf.onesLike(logits), 'bool'));
    const attained = tf.equal(logits, top);
    return {
      far: rows,
      limit: tf.where(attained, tf.zerosLike(logits), fill(logits.shape, -Infinity)),
    };
  });
  return tf.where(far, limit, logits);
}
