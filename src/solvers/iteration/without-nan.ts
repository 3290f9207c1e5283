/** @file Keeps a NaN in the data of one sample out of the gradients of what all samples share. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, offTape, unflatten, type Parameter} from '../../autodiff/index.js';
import {Status} from '../../implicit/index.js';
import {isOnHost} from '../../kernels/index.js';
import {canLook} from '../../programs/index.js';

/**
 * The parameters, with zero in place of NaN. A NaN entry has made its sample fail. The gradient of that sample is zero, but zero times NaN
 * would be NaN in the parameters that all samples share.
 */
export function withoutNaN<P extends Parameter[] = tf.Tensor[]>(params: P, status: tf.Tensor): P {
  if (
    canLook() &&
    isOnHost(status) &&
    status.dataSync().every((code) => code === Status.SOLVED || code === Status.ITERATION_LIMIT)
  )
    return params;
  const clean = (leaf: tf.Tensor) => {
    if (leaf.dtype !== 'float32') return leaf;
    return tf.where(
      offTape(() => tf.isNaN(leaf)),
      tf.zerosLike(leaf),
      leaf,
    );
  };
  return unflatten(params, flatten(params).map(clean)) as unknown as P;
}
