/** @file What the tfjs backend 'tensorflow' (tfjs-node) offers besides the interface of every backend. */
import type * as tf from '@tensorflow/tfjs-core';

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
