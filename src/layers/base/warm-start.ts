/** @file The solution of a layer's previous call, as the start of the next. */
import type * as tf from '@tensorflow/tfjs-core';
import {copiesOf, type Copies} from '../../kernels/index.js';

/** Holds copies that are no tensors. */
export class WarmStart<Name extends string> {
  private kept: {batch: number; copies: Copies<Name>} | null = null;

  /** @param enabled Whether to keep anything at all. */
  constructor(readonly enabled: boolean) {}

  /** Keeps copies of the tensors, which have the batch in front. */
  keep(tensors: Record<Name, tf.Tensor>): void {
    if (!this.enabled) return;
    this.dispose();
    const [batch] = (Object.values(tensors) as tf.Tensor[])[0].shape;
    this.kept = {batch, copies: copiesOf(tensors)};
  }

  /** What was kept, as new tensors, if it was for a batch of this size; else `null`. */
  take(batch: number): Record<Name, tf.Tensor> | null {
    return this.kept?.batch === batch ? this.kept.copies.tensors() : null;
  }

  dispose(): void {
    this.kept?.copies.dispose();
    this.kept = null;
  }
}
