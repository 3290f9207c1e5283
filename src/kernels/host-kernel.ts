/** @file Registers a kernel for every backend whose tensors the host can read: f64 inside, f32 tensors at the border. */
import * as tf from '@tensorflow/tfjs-core';
import {HOST_BACKENDS, viewF32} from './host-read.js';

/** What a host kernel returns: one entry an output. */
export interface HostOutput {
  values: Float32Array | Int32Array;
  shape: number[];
  dtype: 'float32' | 'int32';
}

/** An input: its values as they are, or in double precision. */
export class HostInput {
  constructor(
    readonly single: Float32Array,
    readonly shape: number[],
  ) {}

  get values(): Float64Array {
    return new Float64Array(this.single);
  }
}

/**
 * @param compute Receives the inputs by name, in double precision, and the attributes of the call.
 */
export function registerHostKernel<Names extends string>(
  kernelName: string,
  compute: (inputs: Record<Names, HostInput>, attributes: Record<string, unknown>) => HostOutput[],
): void {
  for (const backendName of HOST_BACKENDS) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({inputs, attrs, backend}) => {
        const host = backend as tf.KernelBackend;
        const read: Record<string, HostInput> = {};
        for (const [name, info] of Object.entries(inputs)) {
          read[name] = new HostInput(viewF32(host, info!), info!.shape);
        }
        const outputs = compute(
          read as Record<Names, HostInput>,
          (attrs ?? {}) as Record<string, unknown>,
        ).map(({values, shape, dtype}) => ({dataId: host.write(values, shape, dtype), shape, dtype}));
        return outputs.length === 1 ? outputs[0] : outputs;
      },
    });
  }
}
