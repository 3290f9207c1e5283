/** @file The solution of a layer's previous call, as the start of the next. */
import * as tf from '@tensorflow/tfjs-core';

/** Holds numbers, not tensors: there is nothing to free. */
export class WarmStart<Name extends string> {
  private kept: [Name, {shape: number[]; values: Float32Array}][] | null = null;

  /** @param enabled Whether to keep anything at all. */
  constructor(readonly enabled: boolean) {}

  /** Keeps copies of the tensors. */
  keep(tensors: Record<Name, tf.Tensor>): void {
    if (!this.enabled) return;
    const entries = Object.entries(tensors) as [Name, tf.Tensor][];
    this.kept = entries.map(([name, tensor]) => [
      name,
      {shape: tensor.shape, values: tensor.dataSync().slice() as Float32Array},
    ]);
  }

  /** What was kept, as new tensors, if it was for a batch of this size; else `null`. */
  take(batch: number): Record<Name, tf.Tensor> | null {
    if (!this.kept?.every(([, {shape}]) => shape[0] === batch)) return null;
    const entries = this.kept.map(([name, {shape, values}]) => [name, tf.tensor(values, shape)]);
    return Object.fromEntries(entries) as Record<Name, tf.Tensor>;
  }
}
