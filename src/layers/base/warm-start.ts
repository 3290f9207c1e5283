/** @file The solution of a layer's previous call, used as the start of the next one. */
import type * as tf from '@tensorflow/tfjs-core';
import {copiesOf, type Copies} from '../../kernels/index.js';
import {dividedBatch} from './part.js';

/** Holds copies that are not tensors. */
export class WarmStart<Name extends string> {
  private kept: {batch: number; copies: Copies<Name>} | null = null;

  /** @param enabled Whether to keep anything at all. */
  constructor(readonly enabled: boolean) {}

  /** Keeps copies of the tensors, which have the batch axis first. */
  keep(tensors: Record<Name, tf.Tensor>): void {
    if (!this.enabled) return;
    const divided = dividedBatch();
    if (divided) {
      divided.note(this, tensors, (whole) => this.keep(whole as Record<Name, tf.Tensor>));
      return;
    }
    this.dispose();
    const [batch] = (Object.values(tensors) as tf.Tensor[])[0].shape;
    this.kept = {batch, copies: copiesOf(tensors)};
  }

  /** The kept values as new tensors, if they were for a batch of this size; otherwise `null`. */
  take(batch: number): Record<Name, tf.Tensor> | null {
    const divided = dividedBatch();
    if (divided) {
      const own = divided.noted(this) ?? divided.rowsOf(this, () => this.ofBatch(divided.total));
      return own && Object.values(own)[0].shape[0] === batch ? (own as Record<Name, tf.Tensor>) : null;
    }
    return this.ofBatch(batch);
  }

  private ofBatch(batch: number): Record<Name, tf.Tensor> | null {
    return this.kept?.batch === batch ? this.kept.copies.tensors() : null;
  }

  dispose(): void {
    this.kept?.copies.dispose();
    this.kept = null;
  }
}
