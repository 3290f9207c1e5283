/** @file Copies of tensors that are not themselves tensors, so that a layer can keep them between calls. */
import * as tf from '@tensorflow/tfjs-core';
import {hostCanRead} from '../backends/host-read.js';
import {computesOnBackend} from '../backends/node-device.js';
import {tensorflowTwin} from '../twins/tensorflow/index.js';
import {DeviceCopies} from '../twins/webgpu/copies.js';

/** Dispose of them after use. */
export interface Copies<Name extends string> {
  /** The values, or `null` if the host could not read them synchronously. */
  readonly values: Record<Name, ArrayLike<number>> | null;
  read(): Promise<Record<Name, ArrayLike<number>>>;
  /** New tensors, float32. */
  tensors(): Record<Name, tf.Tensor>;
  dispose(): void;
}

export function copiesOf<Name extends string>(tensors: Record<Name, tf.Tensor>): Copies<Name> {
  const {Copies: RawCopies} = tensorflowTwin;
  if (RawCopies && computesOnBackend()) return new RawCopies(tensors);
  return hostCanRead() ? new HostCopies(tensors) : new DeviceCopies(tensors);
}

class HostCopies<Name extends string> implements Copies<Name> {
  readonly values: Record<Name, Float32Array | Int32Array | Uint8Array>;
  private readonly shapes: Record<Name, number[]>;

  constructor(tensors: Record<Name, tf.Tensor>) {
    const entries = Object.entries<tf.Tensor>(tensors);
    this.values = Object.fromEntries(
      entries.map(([name, tensor]) => [name, tensor.dataSync().slice()]),
    ) as typeof this.values;
    this.shapes = Object.fromEntries(entries.map(([name, {shape}]) => [name, shape])) as typeof this.shapes;
  }

  read(): Promise<Record<Name, ArrayLike<number>>> {
    return Promise.resolve(this.values);
  }

  tensors(): Record<Name, tf.Tensor> {
    const names = Object.keys(this.values) as Name[];
    return Object.fromEntries(
      names.map((name) => [name, tf.tensor(this.values[name], this.shapes[name], 'float32')]),
    ) as Record<Name, tf.Tensor>;
  }

  dispose(): void {
    // Plain arrays.
  }
}
