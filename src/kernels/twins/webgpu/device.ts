/** @file How a batch is laid out on the device, with the flags that choose it by hand. */
import * as tf from '@tensorflow/tfjs-core';
import type {WebGPU} from './types.js';

/** Threads that share a problem: 1 or 32; 0, the default, chooses by the size of the problem. */
const LANES_FLAG = 'IMPLICIT_WEBGPU_LANES';
/** The memory, in 32-bit words, in which the problems of one dispatch must find room. Default 2²⁶, a quarter of a gigabyte. */
const WORDS_FLAG = 'IMPLICIT_WEBGPU_WORDS';

tf.env().registerFlag(LANES_FLAG, () => 0);
tf.env().registerFlag(WORDS_FLAG, () => 2 ** 26);

/** From this width on a workgroup shares a problem. */
const SHARE_FROM = 32;
const WORKGROUP = 32;
/** Workgroups of one dispatch that tfjs leaves in a row. */
const MAX_WORKGROUPS = 65535;

export function chooseLanes({adapterInfo}: WebGPU, width: number): number {
  const chosen = tf.env().getNumber(LANES_FLAG);
  if (chosen > 0) return chosen === 1 ? 1 : WORKGROUP;
  // A device in software has no threads to share a problem, and its barriers are slow.
  return width < SHARE_FROM || adapterInfo?.architecture === 'swiftshader' ? 1 : WORKGROUP;
}

export function problemsAtOnce({device}: WebGPU, words: number, lanes: number): number {
  const room = Math.min(tf.env().getNumber(WORDS_FLAG), device.limits.maxStorageBufferBindingSize / 4);
  return Math.max(1, Math.min(Math.floor(room / words), lanes === 1 ? Infinity : MAX_WORKGROUPS));
}
