/** @file The layout of a batch on the device, and the flags that override it. */
import * as tf from '@tensorflow/tfjs-core';
import type {WebGPU} from './types.js';

/** The number of threads that share a problem: 1 or 32. The default, 0, chooses by the size of the problem. */
const LANES_FLAG = 'IMPLICIT_WEBGPU_LANES';
/** The memory, in 32-bit words, that the problems of one dispatch may use. Default 2²⁶, a quarter of a gigabyte. */
const WORDS_FLAG = 'IMPLICIT_WEBGPU_WORDS';

tf.env().registerFlag(LANES_FLAG, () => 0);
tf.env().registerFlag(WORDS_FLAG, () => 2 ** 26);

/** A problem of at least this width is shared by a workgroup. */
const SHARE_FROM = 32;
const WORKGROUP = 32;

export function chooseLanes({adapterInfo}: WebGPU, {width}: {batch: number; width: number}): number {
  const chosen = tf.env().getNumber(LANES_FLAG);
  if (chosen > 0) return chosen === 1 ? 1 : WORKGROUP;
  // A software device has no threads to share a problem, and its barriers are slow.
  return width < SHARE_FROM || adapterInfo?.architecture === 'swiftshader' ? 1 : WORKGROUP;
}

/** The largest number of words that a buffer may have. */
export function wordsAtOnce({device}: WebGPU): number {
  return Math.min(tf.env().getNumber(WORDS_FLAG), device.limits.maxStorageBufferBindingSize / 4);
}
