/**
 * @file Registers a kernel for every backend whose tensors the host can read. The kernel computes in f64 and has f32 tensors as inputs and
 * outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type {Floats} from '../contracts/vectors.js';
import {HOST_BACKENDS, viewF32} from './host-read.js';

/** What a host kernel returns: one entry per output. */
export interface HostOutput {
  values: Floats | Int32Array;
  shape: number[];
  dtype: 'float32' | 'int32';
}

/** An input: its values as they are stored, or in double precision. */
export class HostInput {
  constructor(
    private readonly backend: tf.KernelBackend,
    private readonly info: tf.TensorInfo,
  ) {}

  get shape(): number[] {
    return this.info.shape;
  }

  /** A view if the backend allows one. Read it after the outputs have been allocated, because allocation may move it. */
  get single(): Floats {
    return viewF32(this.backend, this.info);
  }

  get values(): Float64Array {
    return new Float64Array(this.single);
  }
}

/** Allocates all floating-point outputs of a kernel at once, in the memory of the backend if it allows that. */
export type Allocate = (...shapes: number[][]) => (HostOutput & {values: Floats})[];

/** The wasm backend, whose outputs can be written in place. */
interface Heap extends tf.KernelBackend {
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array;
}

/**
 * The computation of a host kernel. It receives the inputs by name, the attributes, and a function that allocates floating-point outputs to
 * be filled in place. In a program, inputs and outputs are in double precision, and `single` is a Float64Array.
 */
export type HostCompute = (
  inputs: Record<string, {shape: number[]; single: Floats; values: Float64Array}>,
  attributes: Record<string, unknown>,
  allocate: Allocate,
) => HostOutput[];

const known = new Map<string, HostCompute>();

/** The computation of a host kernel, for callers that have its inputs as plain arrays; `undefined` if there is no such kernel. */
export function hostCompute(kernelName: string): HostCompute | undefined {
  return known.get(kernelName);
}

/**
 * @param compute Receives the inputs by name, the attributes of the call, and a function that allocates outputs to be filled in place. It
 *   may also return other outputs.
 */
export function registerHostKernel<Names extends string>(
  kernelName: string,
  compute: (
    inputs: Record<Names, HostInput>,
    attributes: Record<string, unknown>,
    allocate: Allocate,
  ) => HostOutput[],
): void {
  known.set(kernelName, compute as unknown as HostCompute);
  for (const backendName of HOST_BACKENDS) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({inputs, attrs, backend}) => {
        const host = backend as tf.KernelBackend;
        const read = {} as Record<string, HostInput>;
        for (const name of Object.keys(inputs)) read[name] = new HostInput(host, inputs[name]!);
        const allocate: Allocate =
          'typedArrayFromHeap' in host
            ? (...shapes) => {
                const infos = shapes.map((shape) => (host as Heap).makeOutput(shape, 'float32'));
                return infos.map((info) => new OutputInPlace(host as Heap, info));
              }
            : allocateArrays;
        const outputs = compute(
          read as Record<Names, HostInput>,
          (attrs ?? {}) as Record<string, unknown>,
          allocate,
        ).map((output) => {
          if (output instanceof OutputInPlace) return output.info;
          const {values, shape, dtype} = output;
          return {dataId: host.write(stored(values), shape, dtype), shape, dtype};
        });
        return outputs.length === 1 ? outputs[0] : outputs;
      },
    });
  }
}

/** An output in the memory of the backend. */
class OutputInPlace implements HostOutput {
  readonly values: Float32Array;
  readonly shape: number[];
  readonly dtype = 'float32';

  /** @param info Allocated, and nothing is allocated after this: a view does not survive growing memory. */
  constructor(
    heap: Heap,
    readonly info: tf.TensorInfo,
  ) {
    this.values = heap.typedArrayFromHeap(info);
    this.shape = info.shape;
  }
}

const allocateArrays: Allocate = (...shapes) =>
  shapes.map((shape) => ({
    values: new Float32Array(tf.util.sizeFromShape(shape)),
    shape,
    dtype: 'float32',
  }));

/** Tensors are float32. */
function stored(values: HostOutput['values']): Float32Array | Int32Array {
  return values instanceof Float64Array ? Float32Array.from(values) : values;
}
