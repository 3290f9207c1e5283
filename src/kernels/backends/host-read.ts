/** @file Reads tensors synchronously on the host, and knows which backends allow it. */
import * as tf from '@tensorflow/tfjs-core';
import {unobserved} from '../../autodiff/index.js';
import {computesOnBackend} from './node-device.js';
import {improveWasm} from './wasm-kernels.js';

/** WebGPU is missing on purpose: a synchronous read throws in Node and returns zeros in a page. */
export const HOST_BACKENDS = ['cpu', 'wasm', 'webgl', 'tensorflow'] as const;

let isImproved = false;

/** Whether a tensor of the current backend can be read synchronously. */
export function hostCanRead(): boolean {
  const name = tf.getBackend();
  // Everything here that computes asks this first, and only then is it known that the backend is there.
  if (name === 'wasm' && !isImproved) {
    isImproved = true;
    improveWasm();
  }
  return (HOST_BACKENDS as readonly string[]).includes(name);
}

/**
 * Whether a read costs little: one of a GPU waits for all that it has to do. Where it does not, a loop looks rarely whether it may end,
 * and checks that only help the user are left out.
 */
export function hostShouldRead(): boolean {
  return hostCanRead() && !computesOnBackend();
}

/** Whether this tensor can be read synchronously, at little cost: on any backend, if its values have not been to a device yet. */
export function isOnHost(tensor: tf.Tensor): boolean {
  return hostShouldRead() || valuesBeforeUpload(tensor) !== null;
}

/**
 * The values of this tensor if `isOnHost`, else `null`: for checks of arguments. While a function is recorded as a program they are those of
 * that run.
 */
export function valuesOnHost(tensor: tf.Tensor): tf.TypedArray | null {
  return hostShouldRead() ? unobserved(() => tensor.dataSync()) : valuesBeforeUpload(tensor);
}

function valuesBeforeUpload({dataId}: tf.Tensor): tf.TypedArray | null {
  const {tensorMap} = tf.backend() as {tensorMap?: {get(id: object): {values?: tf.TypedArray} | undefined}};
  return tensorMap?.get(dataId)?.values ?? null;
}

/** The values of a tensor in double precision. */
export function readF64(tensor: tf.Tensor): Float64Array {
  return Float64Array.from(tensor.dataSync());
}

/** The values of a tensor as they are stored, with integers as float32. */
export function readF32(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync();
  return values instanceof Float32Array ? values : new Float32Array(values);
}

/** The heap of the wasm backend, which gives a view of a tensor in place. */
interface Heap {
  typedArrayFromHeap(info: tf.TensorInfo): unknown;
}

/** The values of a float32 tensor, without a copy if the backend allows it. Read them before anything is written. */
export function viewF32(backend: tf.KernelBackend, info: tf.TensorInfo): Float32Array {
  if (tf.util.sizeFromShape(info.shape) === 0) return new Float32Array(0);
  const values =
    'typedArrayFromHeap' in backend
      ? (backend as unknown as Heap).typedArrayFromHeap(info)
      : backend.readSync(info.dataId);
  return values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>);
}
