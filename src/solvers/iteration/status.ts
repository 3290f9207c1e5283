/** @file How an iteration ended, sample by sample. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, offTape, type Structure} from '../../autodiff/index.js';
import {Status} from '../../implicit/index.js';

/** Whether a status comes with an x: a solution, or the last point of the iteration. */
export function isPoint(status: tf.Tensor): tf.Tensor {
  return tf.logicalOr(tf.equal(status, Status.SOLVED), tf.equal(status, Status.ITERATION_LIMIT));
}

/** The status of each sample, [B], from the result of its last step. */
export function statusOf(
  {residual, verdict, x}: {residual: tf.Tensor; verdict: tf.Tensor; x: Structure},
  tolerance: number,
  batched: boolean,
): tf.Tensor1D {
  return offTape(() => {
    const code = (value: number) => tf.fill(residual.shape, value, 'int32');
    const failed = tf.logicalNot(tf.logicalAnd(tf.isFinite(residual), areFinite(x, batched)));
    const unsolved = tf.where(
      tf.greater(residual, tolerance),
      code(Status.ITERATION_LIMIT),
      code(Status.SOLVED),
    );
    const ended = tf.where(failed, code(Status.NUMERICAL_ERROR), unsolved);
    const given = tf.cast(verdict, 'int32');
    // A stall does not make a solution invalid, and NaN is not a verdict.
    const said = tf.logicalAnd(
      tf.isFinite(residual),
      tf.logicalAnd(tf.greater(given, 0), tf.notEqual(given, Status.ITERATION_LIMIT)),
    );
    return tf.where(said, given, ended);
  }) as tf.Tensor1D;
}

/** Shape [B]: whether all entries of a sample are finite. */
function areFinite(x: Structure, batched: boolean): tf.Tensor {
  const leaves = flatten(x).map((leaf) =>
    tf.all(tf.isFinite(tf.reshape(leaf, [batched ? leaf.shape[0] : 1, -1])), 1),
  );
  return leaves.reduce((a, b) => tf.logicalAnd(a, b));
}
