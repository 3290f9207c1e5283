/** @file The common part of entmax and normmax: rows whose result is a power of x − τ, differentiable in x and in α. */
import * as tf from '@tensorflow/tfjs-core';
import {isTapeOn, offTape, recordOp} from '../autodiff/index.js';
import {runEntmax, runEntmaxGradient, type EntmaxKind} from '../kernels/index.js';
import {asColumn} from './rows.js';

type Pullback = (p: tf.Tensor, excess: tf.Tensor, dp: tf.Tensor) => [dx: tf.Tensor, dExcess: tf.Tensor];

/** α − 1 for each row of x, [rows, 1]. */
export function excessOf(alpha: number | tf.Tensor, x: tf.Tensor): tf.Tensor2D {
  // Of a number in double precision: α may be 1 + 1e-9.
  return typeof alpha === 'number' ? asColumn(alpha - 1, x) : tf.sub(asColumn(alpha, x), 1);
}

/** @param pullback The derivative, for where it is differentiated again, or there is no kernel of it. */
export function powerRows(
  kind: EntmaxKind,
  rows: tf.Tensor2D,
  excess: tf.Tensor2D,
  pullback: Pullback,
): tf.Tensor {
  return recordOp({
    name: kind,
    values: [offTape(() => runEntmax(kind, rows, excess))],
    inputs: [rows, excess],
    gradient: ([dp], [p], [x, delta]) => {
      const fused = isTapeOn() ? null : runEntmaxGradient(kind, x, delta, dp);
      if (fused) return fused;
      const broken = offTape(() => tf.isNaN(p));
      return pullback(tf.where(broken, tf.zerosLike(p), p), delta, dp);
    },
  })[0];
}
