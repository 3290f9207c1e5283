/** @file The parts of the WebGPU backend of tfjs that the shaders need. The library does not import that backend. */
import type * as tf from '@tensorflow/tfjs-core';

/** A shader value that is the same for all threads. */
export interface Uniform {
  name: string;
  type: 'int32' | 'float32';
  data: number[];
}

export interface WebGPU extends tf.KernelBackend {
  device: GPUDevice;
  adapterInfo: {architecture?: string};
  /** Compiled shaders by their keys; a promise while tfjs compiles ahead. */
  pipelineCache: Record<string, GPUComputePipeline | Promise<GPUComputePipeline>>;
  /** What lies in the buffer of a tensor, which a cast of tfjs may leave as it was. */
  tensorMap: {get(dataId: tf.TensorInfo['dataId']): {dtype: tf.DataType} | undefined};
  makeTensorInfo(shape: number[], dtype: tf.DataType, values?: tf.backend_util.TypedArray): tf.TensorInfo;
  runWebGPUProgram(
    program: object,
    inputs: tf.TensorInfo[],
    dtype: tf.DataType,
    uniforms: Uniform[],
    output: tf.TensorInfo,
  ): tf.TensorInfo;
}
