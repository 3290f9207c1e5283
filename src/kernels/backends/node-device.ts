/**
 * @file The tfjs backend 'tensorflow' as a device: what it offers besides the interface of every backend, and whether operations with a
 * form of their own for it run on it.
 */
import * as tf from '@tensorflow/tfjs-core';

/** A tensor inside TensorFlow. */
export interface RawTensor {
  id: number;
  shape: number[];
}

/** An attribute of an operation of TensorFlow. */
export interface Attribute {
  name: string;
  type: number;
  value: number | boolean | string;
}

/** The functions of TensorFlow that the backend calls. */
export interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): RawTensor[];
  createTensor(shape: number[], type: number, values: Float32Array | Int32Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array;
}

/** The backend of tfjs-node and tfjs-node-gpu. */
export interface NodeBackend extends tf.KernelBackend {
  readonly binding: Binding;
  readonly isUsingGpuDevice: boolean;
  getInputTensorIds(tensors: tf.TensorInfo[]): number[];
  createOutputTensor(metadata: {id: number; shape: number[]; dtype: number}): tf.Tensor;
}

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
  return choice === 'backend' || backend.isUsingGpuDevice === true;
}

/** The computation of a kernel on the backend, with one entry per output. */
export type DeviceCompute<Names extends string = string> = (
  inputs: Record<Names, tf.TensorInfo>,
  attributes: Record<string, unknown>,
  backend: NodeBackend,
) => tf.TensorInfo[];

const known = new Map<string, DeviceCompute>();

/** Gives a kernel of the host a form for the backend 'tensorflow', which runs where `computesOnBackend`. */
export function registerDeviceKernel<Names extends string>(
  kernelName: string,
  compute: DeviceCompute<Names>,
): void {
  known.set(kernelName, compute as DeviceCompute);
}

/** That form, if it is to run now. */
export function deviceCompute(kernelName: string): DeviceCompute | undefined {
  return computesOnBackend() ? known.get(kernelName) : undefined;
}
