/** @file Targets of the multiclass losses: class indices or distributions. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';
import {fill, isOnHost, valuesOnHost} from '../kernels/index.js';
import {weighted} from './limits.js';

/** @throws If the target is neither of the logits' shape nor int32 of that shape without the last axis. */
export function checkTarget(where: string, target: tf.Tensor, logits: tf.Tensor): void {
  if (logits.rank === 0) throw new Error(`losses.${where}: the logits must have at least one axis.`);
  if (tf.util.arraysEqual(target.shape, logits.shape)) return;
  const outer = logits.shape.slice(0, -1);
  if (!tf.util.arraysEqual(target.shape, outer)) {
    throw new Error(
      `losses.${where}: the target has shape [${target.shape}]; logits of shape [${logits.shape}] need class indices of ` +
        `shape [${outer}], or distributions with the shape of the logits.`,
    );
  }
  if (target.dtype !== 'int32') {
    throw new Error(`losses.${where}: class indices must be int32, got ${target.dtype}.`);
  }
  const classes = logits.shape[logits.rank - 1];
  const outside = valuesOnHost(target)?.find((index) => index < 0 || index >= classes);
  if (outside !== undefined) {
    throw new Error(
      `losses.${where}: class ${outside} is out of range; ${classes} logits stand for the classes 0 to ${classes - 1}.`,
    );
  }
}

/** How far the sum of a distribution may be from 1, and an entry below 0: rounding, and the steps of a finite difference. */
const ROUNDING = 1e-2;

/**
 * `checkTarget`, and that a target of the logits' shape holds distributions, if the host can read it.
 *
 * @throws If not. NaN is accepted: its loss is NaN.
 */
export function checkDistribution(where: string, target: tf.Tensor, logits: tf.Tensor): void {
  checkTarget(where, target, logits);
  const values = target.rank === logits.rank ? valuesOnHost(target) : null;
  if (values === null) return;
  const n = target.shape[target.rank - 1];
  for (let row = 0; row < values.length; row += n) {
    const y = Array.from(values.subarray(row, row + n));
    const sum = y.reduce((a, b) => a + b, 0);
    const negative = y.find((entry) => entry < -ROUNDING);
    if (negative === undefined && !(Math.abs(sum - 1) > ROUNDING)) continue;
    const found = negative === undefined ? `its entries sum to ${sum}` : `it has the entry ${negative}`;
    throw new Error(
      `losses.${where}: each target [n] must be a distribution (non-negative entries whose sum is 1); in row ` +
        `${row / n} ${found}.`,
    );
  }
}

/** The loss where the class index is one, and NaN where it is not: for where the host could not see that. */
export function whereClass(loss: tf.Tensor, target: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  if (target.rank === logits.rank || isOnHost(target)) return loss;
  const classes = logits.shape[logits.rank - 1];
  const inside = tf.logicalAnd(tf.greaterEqual(target, 0), tf.less(target, classes));
  return tf.where(inside, loss, fill(loss.shape, NaN));
}

/** The target as distributions, float32 of the logits' shape. */
export function asDistribution(target: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  if (target.rank === logits.rank) return tf.cast(target, 'float32');
  return oneHot(target, logits.shape[logits.rank - 1]);
}

/** Indices [...] as float32 [..., n], also for n = 1, which tf.oneHot refuses. */
export function oneHot(indices: tf.Tensor, n: number): tf.Tensor {
  return tf.cast(tf.equal(tf.expandDims(indices, -1), tf.range(0, n, 1, 'int32')), 'float32');
}

/** Σ y·v along the last axis, where zeros of y hide infinite v (the logits of classes that are ruled out). */
export function expectation(y: tf.Tensor, v: tf.Tensor): tf.Tensor {
  return tf.sum(weighted(y, v), -1);
}

/** A subgradient of the maximum along the last axis: the mean over the entries that attain it. A constant. */
export function maximizers(scores: () => tf.Tensor): tf.Tensor {
  return offTape(() => {
    const v = scores();
    const ties = tf.cast(tf.equal(v, tf.max(v, -1, true)), 'float32');
    return tf.div(ties, tf.sum(ties, -1, true));
  });
}

/** f(y) where y > 0, and 0 elsewhere; and the same for the derivative, for any derivative of f at 0. */
export function wherePositive(y: tf.Tensor, f: (y: tf.Tensor) => tf.Tensor): tf.Tensor {
  const positive = offTape(() => tf.greater(y, 0));
  return tf.where(positive, f(tf.where(positive, y, tf.onesLike(y))), tf.zerosLike(y));
}

/** How far each logit lies below the threshold of the support, which is `level` below the largest of its row. */
export function shortfall(logits: tf.Tensor, level: tf.Tensor): tf.Tensor {
  return tf.relu(tf.sub(tf.neg(level), tf.sub(logits, tf.max(logits, -1, true))));
}
