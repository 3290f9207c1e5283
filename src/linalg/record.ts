/** @file Puts a function of `linalg` on the tape, with the rule for empty arrays that all of them share. */
import * as tf from '@tensorflow/tfjs-core';
import {recordOp} from '../autodiff/index.js';

type Op = Parameters<typeof recordOp>[0];

/**
 * `recordOp` for functions whose derivative is zero if an input is empty. Neither tf.matMul nor tf.transpose takes empty
 * arrays on every backend, so `gradient` never sees any.
 */
export function record(op: Op): tf.Tensor[] {
  if (op.inputs.every(({size}) => size > 0)) return recordOp(op);
  return recordOp({...op, gradient: (_dys, _outputs, inputs) => zerosLike(inputs)});
}

/** Zeros that stay connected to their inputs, so that they can be differentiated as well. */
function zerosLike(inputs: tf.Tensor[]): tf.Tensor[] {
  return recordOp({
    name: 'ZerosLike',
    values: inputs.map(({shape}) => tf.zeros(shape)),
    inputs,
    gradient: (_dys, _outputs, saved) => zerosLike(saved),
  });
}
