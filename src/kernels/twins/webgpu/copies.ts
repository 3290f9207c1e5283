/** @file Copies of tensors on a device that the host cannot read synchronously. They outlive the tensors and are not tensors themselves. */
import * as tf from '@tensorflow/tfjs-core';
import {run, THREADS} from './dispatch.js';
import type {WebGPU} from './types.js';

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
    for (const part of this.parts) {
      if (part.size > 0)
        this.copy(tensors[part.name], part.size, {target_at: part.at, source_at: 0}, this.packed);
    }
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
    const {backend, packed} = this;
    return Object.fromEntries(
      this.parts.map(({name, shape, at, size}) => {
        if (size === 0) return [name, tf.zeros(shape)];
        const info = backend.makeTensorInfo(shape, 'float32');
        this.copy(packed, size, {target_at: 0, source_at: at}, info);
        return [name, tf.engine().makeTensorFromTensorInfo(info, backend)];
      }),
    ) as Record<Name, tf.Tensor>;
  }

  dispose(): void {
    this.backend.disposeData(this.packed.dataId);
  }

  private copy(
    source: tf.TensorInfo,
    count: number,
    place: {target_at: number; source_at: number},
    output: tf.TensorInfo,
  ): void {
    const {dataId, dtype} = source;
    run(this.backend, {
      key: 'tfjs-implicit copy',
      code: () =>
        'fn main(index: i32) { if (index < $count) { result[$target_at + index] = f32(source[$source_at + index]); } }',
      inputs: {source: {dataId, dtype, shape: [tf.util.sizeFromShape(source.shape)]}},
      uniforms: Object.entries({count, ...place}).map(([name, value]) => ({
        name,
        type: 'int32',
        data: [value],
      })),
      workgroup: THREADS,
      threads: count,
      output,
    });
  }
}
