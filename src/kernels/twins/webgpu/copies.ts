/** @file Copies of tensors on a device that the host cannot read synchronously. They outlive the tensors and are not tensors themselves. */
import * as tf from '@tensorflow/tfjs-core';
import {gatherInto} from './gather.js';
import type {WebGPU} from './types.js';
import {unpack} from './unpack.js';

/** One buffer with the values of several tensors. It must be disposed. */
export class DeviceCopies<Name extends string> {
  /** The values are never available synchronously. */
  readonly values = null;
  private readonly backend = tf.backend() as WebGPU;
  private readonly parts: {name: Name; shape: number[]; at: number; size: number}[] = [];
  private readonly packed: tf.TensorInfo;

  /** @param tensors Tensors of the current backend. Integers and booleans are converted to float32. */
  constructor(tensors: Record<Name, tf.Tensor>) {
    let at = 0;
    for (const [name, {shape, size}] of Object.entries<tf.Tensor>(tensors)) {
      this.parts.push({name: name as Name, shape, at, size});
      at += size;
    }
    this.packed = this.backend.makeTensorInfo([Math.max(1, at)], 'float32');
    gatherInto(
      this.backend,
      this.packed,
      this.parts.map(({name}) => tensors[name]),
      this.parts.map((part) => part.at),
    );
  }

  /** The values, in the order of the names. */
  async read(): Promise<Record<Name, Float32Array>> {
    const values = (await this.backend.read(this.packed.dataId)) as Float32Array;
    return Object.fromEntries(
      this.parts.map(({name, at, size}) => [name, values.slice(at, at + size)]),
    ) as Record<Name, Float32Array>;
  }

  /** Creates new float32 tensors. */
  tensors(): Record<Name, tf.Tensor> {
    const {backend, packed, parts} = this;
    const infos = parts.map(({shape, size}) =>
      backend.makeTensorInfo(shape, 'float32', size === 0 ? new Float32Array(0) : undefined),
    );
    const memory = {info: packed, words: packed.shape[0], tile: 1};
    const copies = parts.map(({at, size}, i) => ({info: infos[i], at, step: 1, columns: size}));
    unpack(backend, memory, copies, 0, 1);
    return Object.fromEntries(
      parts.map(({name}, i) => [name, tf.engine().makeTensorFromTensorInfo(infos[i], backend)]),
    ) as Record<Name, tf.Tensor>;
  }

  dispose(): void {
    this.backend.disposeData(this.packed.dataId);
  }
}
