/** @file The parts of the WebGPU backend of tfjs that the shaders need. The library does not import that backend. */
import type * as tf from '@tensorflow/tfjs-core';

/** A shader value that is the same for all threads. */
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
