/** @file What the WebGPU backend of tfjs offers, as far as the shaders need it: the library does not import that backend. */
import type * as tf from '@tensorflow/tfjs-core';

/** A value of a shader that is the same for all threads. */
export interface Uniform {
  name: string;
  type: 'int32' | 'float32';
  data: number[];
}

export interface WebGPU extends tf.KernelBackend {
  device: {limits: {maxStorageBufferBindingSize: number}};
  adapterInfo: {architecture?: string};
  makeTensorInfo(shape: number[], dtype: tf.DataType, values?: tf.backend_util.TypedArray): tf.TensorInfo;
  runWebGPUProgram(
    program: object,
    inputs: tf.TensorInfo[],
    dtype: tf.DataType,
    uniforms: Uniform[],
    output: tf.TensorInfo,
  ): tf.TensorInfo;
}
