/** @file A callback of `model.fit` that says how far the training is. */
import {Callback} from '@tensorflow/tfjs-layers';
import {checkFunction} from '../../checks/index.js';

/** How far a training is, in batches, or in epochs where tfjs does not know how many batches there will be. */
export interface FitProgress {
  /** The number of batches (epochs) that are done. */
  done: number;
  /** The number of all. */
  total: number;
  /** The present epoch, from 0. */
  epoch: number;
  /** The number of epochs. */
  epochs: number;
}

/** What `callbacks.progress` returns. */
export class ProgressCallback extends Callback {
  private epoch = 0;
  private batches: number | null = null;

  constructor(private readonly onProgress: (progress: FitProgress) => void) {
    super();
    checkFunction('callbacks.progress', 'onProgress', onProgress);
  }

  /** Finds out how many batches there will be. */
  override onTrainBegin(): Promise<void> {
    const {steps, samples, batchSize} = this.params as Record<string, number | null | undefined>;
    this.batches = steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : null);
    return Promise.resolve();
  }

  /** Notes the epoch. */
  override onEpochBegin(epoch: number): Promise<void> {
    this.epoch = epoch;
    return Promise.resolve();
  }

  /** Tells, if the number of batches is known. */
  override onBatchEnd(batch: number): Promise<void> {
    if (this.batches !== null) this.tell(this.batches * (this.epoch - this.first) + batch + 1, this.batches);
    return Promise.resolve();
  }

  /** Tells, if it is not. */
  override onEpochEnd(epoch: number): Promise<void> {
    if (this.batches === null) this.tell(epoch + 1 - this.first, 1);
    return Promise.resolve();
  }

  private get first(): number {
    return Number(this.params.initialEpoch ?? 0);
  }

  /** @param each How much an epoch is. */
  private tell(done: number, each: number): void {
    const epochs = Number(this.params.epochs);
    this.onProgress({done, total: each * (epochs - this.first), epoch: this.epoch, epochs});
  }
}

/**
 * Says after each batch of `model.fit` how far it is, with `done` and `total` as `onProgress` of `solveQPAsync`, `runAsync` and `predictAsync`
 * does: one function can move a bar for all of them.
 *
 *     await model.fit(x, y, {epochs: 20, callbacks: callbacks.progress(({done, total}) => (bar.value = done / total))});
 *
 * @throws If `onProgress` is not a function.
 */
export function progress(onProgress: (progress: FitProgress) => void): ProgressCallback {
  return new ProgressCallback(onProgress);
}
