/**
 * @file Whether operations that have a form for the tfjs backend 'tensorflow' run on it, as they do on a GPU, or on the host.
 */
import * as tf from '@tensorflow/tfjs-core';
import type {NodeBackend} from './node-backend.js';
import {marksFailures, warnOfTf32} from './node-gpu.js';

/** Where the operations that have a form for the backend 'tensorflow' run on it: 'auto' (default), 'host' or 'backend'. */
const FLAG = 'IMPLICIT_DEVICE';
const CHOICES = ['auto', 'host', 'backend'];

tf.env().registerFlag(FLAG, () => 'auto' as unknown as number);

/** Whether tensors of the current backend stay on it: reading one is possible, but it waits for a GPU. */
export function computesOnBackend(): boolean {
  if (tf.getBackend() !== 'tensorflow') return false;
  const choice = tf.env().get(FLAG) as unknown as string;
  if (!CHOICES.includes(choice)) {
    throw new Error(`The flag ${FLAG} must be one of '${CHOICES.join("', '")}', got '${choice}'.`);
  }
  if (choice === 'host') return false;
  const backend = tf.backend() as Partial<NodeBackend>;
  // Another backend may have taken the name.
  if (!backend.binding) return false;
  if (choice === 'auto' && backend.isUsingGpuDevice !== true) return false;
  if (!marksFailures(backend as NodeBackend)) {
    if (choice === 'auto') return false;
    throw new Error(
      `The flag ${FLAG} is 'backend', but this version of TensorFlow fails for a whole batch if one matrix is not positive definite. ` +
        'Use a newer one, or the host.',
    );
  }
  warnOfTf32(backend as NodeBackend);
  return true;
}

/** The computation of a kernel on the backend, with one entry per output. */
export type DeviceCompute<Names extends string = string> = (
  inputs: Record<Names, tf.TensorInfo>,
  attributes: Record<string, unknown>,
  backend: NodeBackend,
) => tf.TensorInfo[];

const known = new Map<string, DeviceCompute>();

/**
 * Gives a kernel of the host a form for the backend 'tensorflow', which runs where `computesOnBackend`.
 *
 * @param compute Pages have none.
 */
export function registerDeviceKernel<Names extends string>(
  kernelName: string,
  compute: DeviceCompute<Names> | undefined,
): void {
  if (compute) known.set(kernelName, compute as DeviceCompute);
}

/** That form, if it is to run now. */
export function deviceCompute(kernelName: string): DeviceCompute | undefined {
  return computesOnBackend() ? known.get(kernelName) : undefined;
}
