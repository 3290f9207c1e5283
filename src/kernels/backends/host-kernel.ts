/** @file Registers a kernel for every backend whose tensors the host can read: f64 inside, f32 tensors at the border. */
import * as tf from '@tensorflow/tfjs-core';
import {HOST_BACKENDS, viewF32} from './host-read.js';

/** What a host kernel returns: one entry per output. */
export interface HostOutput {
  values: Float32Array | Int32Array;
  shape: number[];
  dtype: 'float32' | 'int32';
}

/** An input: its values as they are, or in double precision. */
export class HostInput {
  constructor(
    private readonly backend: tf.KernelBackend,
    private readonly info: tf.TensorInfo,
  ) {}

  get shape(): number[] {
    return this.info.shape;
  }

  /** A view where the backend allows one: to be asked for after the outputs have been allocated, which may move it. */
  get single(): Float32Array {
    return viewF32(this.backend, this.info);
  }

  get values(): Float64Array {
    return new Float64Array(this.single);
  }
}

/** Allocates all float32 outputs of a kernel at once: where the backend allows it, in its own memory. */
export type Allocate = (...shapes: number[][]) => (HostOutput & {values: Float32Array})[];

/** The wasm backend, whose outputs can be written where they lie. */
interface Heap extends tf.KernelBackend {
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array;
}

/**
 * @param compute Receives the inputs by name, the attributes of the call, and what allocates outputs that are to be filled
 *   in place; others may be returned as well.
 */
export function registerHostKernel<Names extends string>(
  kernelName: string,
  compute: (
    inputs: Record<Names, HostInput>,
    attributes: Record<string, unknown>,
    allocate: Allocate,
  ) => HostOutput[],
): void {
  for (const backendName of HOST_BACKENDS) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({inputs, attrs, backend}) => {
        const host = backend as tf.KernelBackend;
        const read = Object.fromEntries(
          Object.entries(inputs).map(([name, info]) => [name, new HostInput(host, info!)]),
        ) as Record<Names, HostInput>;
        const inPlace = new Map<HostOutput, tf.TensorInfo>();
        const allocate: Allocate = (...shapes) => {
          if (!('typedArrayFromHeap' in host) || shapes.some((shape) => shape.includes(0))) {
            return shapes.map((shape) => ({
              values: new Float32Array(tf.util.sizeFromShape(shape)),
              shape,
              dtype: 'float32',
            }));
          }
          const heap = host as Heap;
          const infos = shapes.map((shape) => heap.makeOutput(shape, 'float32'));
          return infos.map((info) => {
            const output = {
              values: heap.typedArrayFromHeap(info),
              shape: info.shape,
              dtype: 'float32' as const,
            };
            inPlace.set(output, info);
            return output;
          });
        };
        const outputs = compute(read, (attrs ?? {}) as Record<string, unknown>, allocate).map((output) => {
          const {values, shape, dtype} = output;
          return inPlace.get(output) ?? {dataId: host.write(values, shape, dtype), shape, dtype};
        });
        return outputs.length === 1 ? outputs[0] : outputs;
      },
    });
  }
}
