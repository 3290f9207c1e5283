/** @file Puts a function of `linalg` on the tape, with the rule for empty arrays that all of them share. */
import type * as tf from '@tensorflow/tfjs-core';
import {nothing, recordOp} from '../autodiff/index.js';

type Op = Parameters<typeof recordOp>[0];

/**
 * `recordOp` for functions whose derivative is zero if an input is empty. Neither tf.matMul nor tf.transpose takes empty
 * arrays on every backend, so `gradient` never sees any.
 */
export function record(op: Op): tf.Tensor[] {
  if (op.inputs.every(({size}) => size > 0)) return recordOp(op);
  const gradient: Op['gradient'] = (_dys, _outputs, inputs) =>
    nothing(
      inputs.map(({shape}) => shape),
      inputs,
    );
  return recordOp({...op, gradient});
}
