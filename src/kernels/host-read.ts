/** @file Which backends let the host read a tensor synchronously. */
import * as tf from '@tensorflow/tfjs-core';

/** WebGPU is missing on purpose: a synchronous read throws in Node and returns zeros in a page. */
export const HOST_BACKENDS = ['cpu', 'wasm', 'webgl', 'tensorflow'] as const;

/** Whether a tensor of the current backend can be read synchronously. */
export function hostCanRead(): boolean {
  return (HOST_BACKENDS as readonly string[]).includes(tf.getBackend());
}

/** The values of a tensor in double precision. */
export function readF64(tensor: tf.Tensor): Float64Array {
  return Float64Array.from(tensor.dataSync());
}
