/** @file Registers a kernel for the WebGPU backend. */
import * as tf from '@tensorflow/tfjs-core';
import type {WebGPU} from './types.js';

/** The computation of a kernel on WebGPU, with one entry per output. */
export type GpuCompute<Names extends string> = (
  inputs: Record<Names, tf.TensorInfo>,
  attributes: Record<string, unknown>,
  backend: WebGPU,
) => tf.TensorInfo[];

export function registerGpuKernel<Names extends string>(
  kernelName: string,
  compute: GpuCompute<Names>,
): void {
  tf.registerKernel({
    kernelName,
    backendName: 'webgpu',
    kernelFunc: ({inputs, attrs, backend}) => {
      const outputs = compute(
        inputs as Record<Names, tf.TensorInfo>,
        (attrs ?? {}) as Record<string, unknown>,
        backend as WebGPU,
      );
      return outputs.length === 1 ? outputs[0] : outputs;
    },
  });
}
