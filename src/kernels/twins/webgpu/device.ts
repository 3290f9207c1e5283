/** @file The layout of a batch on the device, and the flags that override it. */
import * as tf from '@tensorflow/tfjs-core';
import type {WebGPU} from './types.js';

/** The number of threads that share a problem: 1, 32, 64 or 128. The default, 0, chooses by the number and the size of the problems. */
const LANES_FLAG = 'IMPLICIT_WEBGPU_LANES';
/** The memory, in 32-bit words, that the problems of one dispatch may use. Default 2²⁶, a quarter of a gigabyte. */
const WORDS_FLAG = 'IMPLICIT_WEBGPU_WORDS';
/** The workgroup memory in bytes that a problem may use. Default: what the device has. */
const FAST_FLAG = 'IMPLICIT_WEBGPU_FAST_BYTES';
/** Whether threads exchange values by the instructions of subgroups, where the device has them. Default true. */
const SUBGROUPS_FLAG = 'IMPLICIT_WEBGPU_SUBGROUPS';

tf.env().registerFlag(LANES_FLAG, () => 0);
tf.env().registerFlag(WORDS_FLAG, () => 2 ** 26);
tf.env().registerFlag(FAST_FLAG, () => 2 ** 20);
tf.env().registerFlag(SUBGROUPS_FLAG, () => true);

/** A problem of at least this width is shared by a workgroup; */
const SHARE_FROM = 32;
/** and one of this width, if they are too few to keep a device busy with a thread each. */
const SHARE_FEW_FROM = 8;
const FEW = 4096;
/** The threads that a device has at once, roughly. Beyond it, more threads a problem only wait for each other. */
const BUSY = 2 ** 16;
const LEAST_LANES = 32;
const MOST_LANES = 128;

/** The number of threads that share a problem. */
export function chooseLanes({adapterInfo}: WebGPU, {batch, width}: {batch: number; width: number}): number {
  const chosen = tf.env().getNumber(LANES_FLAG);
  if (chosen > 0) return chosen === 1 ? 1 : powerBelow(Math.min(MOST_LANES, Math.max(LEAST_LANES, chosen)));
  // A software device has no threads to share a problem, and its barriers are slow.
  if (adapterInfo?.architecture === 'swiftshader') return 1;
  if (width < SHARE_FEW_FROM || (width < SHARE_FROM && batch >= FEW)) return 1;
  return powerBelow(Math.max(LEAST_LANES, Math.min(MOST_LANES, width / 2, BUSY / batch)));
}

const powerBelow = (value: number) => 2 ** Math.floor(Math.log2(value));

/** The largest number of words that a buffer may have. */
export function wordsAtOnce({device}: WebGPU): number {
  return Math.min(tf.env().getNumber(WORDS_FLAG), device.limits.maxStorageBufferBindingSize / 4);
}

/** What reductions and flags need of the workgroup memory, in bytes. */
const KEPT = 2048;
/** Sizes of workgroup memory in bytes, each with shaders of its own: more than is needed would keep other workgroups away. */
const CLASSES = [16384, 32768, 49152];

/** The words of workgroup memory for problems that could use so many. */
export function fastWords({device}: WebGPU, lanes: number, wanted: number): number {
  if (lanes === 1) return 0;
  const bytes = Math.min(tf.env().getNumber(FAST_FLAG), device.limits.maxComputeWorkgroupStorageSize);
  const fitting = CLASSES.filter((size) => size <= bytes).map((size) => (size - KEPT) / 4);
  return fitting.find((words) => words >= wanted) ?? fitting.at(-1) ?? 0;
}

/** Whether the shaders may use subgroups, and know which thread is in which. */
export function hasSubgroups({device}: WebGPU): boolean {
  return (
    tf.env().getBool(SUBGROUPS_FLAG) &&
    device.features.has('subgroups') &&
    navigator.gpu.wgslLanguageFeatures.has('subgroup_id')
  );
}
