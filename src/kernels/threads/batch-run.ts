/** @file Runs work on a batch sample by sample, on all threads, without blocking the calling one for long. */
import type {BatchJob, BatchKernel} from '../contracts/batch-kernel.js';
import {denseKernels} from '../twins/current-dense.js';
import {ACTIVE, ControlBlock, NEXT} from './control.js';
import {claimSamples} from './job.js';
import type {Thread} from './platform.js';
import {
  copyResults,
  endLate,
  isGone,
  LATE_AFTER_MS,
  LATE_FACTOR,
  noteFailure,
  onLoss,
  postJob,
  threads,
  toSharedMemory,
  WORTH_A_THREAD,
} from './pool.js';

/** What is left after some work: more of it, only what the workers are at, or nothing. */
export type Left = 'work' | 'workers' | 'nothing';

/** A wait for the workers is at most this long, in ms. */
const LONGEST_WAIT = 20;
/** A worker may take this many times longer than its work is estimated to take. */
const ESTIMATE_FACTOR = 20;
/** So long may workers take to start, in ms, before the caller does without. */
const STARTS_WITHIN = 1000;

/** The shared memory of a run that has ended; it is free for the next one as soon as no worker is at it. */
let former: {control: ControlBlock; memory: SharedArrayBuffer} | null = null;

/**
 * A batch that is being computed. The caller alternates `work`, which computes for some milliseconds, with tasks of the event loop, and waits
 * with `change` when only workers have something to do.
 *
 * What a worker that ends has not finished, the caller computes. It owns the arrays of the job until nothing is left, or it is closed.
 */
export class BatchRun<Names extends string> {
  private readonly control: ControlBlock | null = null;
  private readonly local: BatchJob<Names>;
  private readonly memory: SharedArrayBuffer | null = null;
  private readonly posted: readonly Thread[] = [];
  private readonly begun = performance.now();
  /** One sample takes the caller longer than a slice, as far as is known, so that it is left to the workers. */
  private readonly isHeavy: boolean;
  private readonly patience: number;
  private isClosed = false;
  private slowest = 0;
  private next = 0;
  private seen = '';
  private seenAt = this.begun;
  /** The samples that the caller computes again, once nothing else is left. */
  private missing: Set<number> | null = null;
  private again: number[] = [];

  /** @param slice How long the caller wants to work at a time, in ms. */
  constructor(
    private readonly kernel: BatchKernel<Names>,
    private readonly job: BatchJob<Names>,
    private readonly outputs: readonly Names[],
    private readonly batch: number,
    cost: number,
    private readonly slice: number,
  ) {
    this.local = job;
    const estimate = cost / WORTH_A_THREAD;
    this.isHeavy = estimate > slice / 2;
    this.patience = Math.max(LATE_AFTER_MS, ESTIMATE_FACTOR * estimate);
    const helpers = Math.min(
      threads() - 1,
      this.isHeavy ? batch : batch - 1,
      Math.floor((batch * cost) / WORTH_A_THREAD),
    );
    if (helpers < 1) return;
    const control = new ControlBlock(batch);
    const spare = former?.control.load(ACTIVE) === 0 ? former.memory : null;
    const {shared, local} = toSharedMemory(kernel.name, job, control, spare);
    const posted = postJob(shared, helpers);
    if (posted.length === 0) return;
    former = null;
    [this.control, this.local, this.memory, this.posted] = [control, local, shared.memory, posted];
  }

  /** How many samples are done. */
  get done(): number {
    return this.control && !this.missing ? this.control.doneCount : this.next;
  }

  /** Computes samples for a slice of time, at least one if there is one that nobody else has. */
  work(): Left {
    const {control, batch} = this;
    if (!control) {
      this.claim(this.job, () => (this.next < batch ? this.next++ : -1));
      return this.next < batch ? 'work' : 'nothing';
    }
    if (!this.missing) {
      if (!this.leavesToWorkers()) {
        this.claim(
          this.local,
          () => control.claim(),
          (sample) => control.finish(sample),
        );
        if (control.load(NEXT) < batch) return 'work';
      }
      const done = control.doneCount;
      if (done < batch && !this.isLost(done)) return 'workers';
      control.close();
      noteFailure(this.kernel.name, control);
      this.again = Array.from({length: batch}, (_, sample) => sample).filter((i) => !control.isDone(i));
      this.missing = new Set(this.again);
      this.next = done;
    }
    // From the caller's own arrays, which no worker can change.
    this.claim(
      this.job,
      () => this.again.shift() ?? -1,
      () => this.next++,
    );
    if (this.again.length > 0) return 'work';
    copyResults(this.job, this.outputs, this.local, batch, this.missing);
    this.close();
    return 'nothing';
  }

  /** Resolves when the workers have gone on, or one has ended, or after some milliseconds. */
  async change(): Promise<void> {
    let stop = () => undefined as void;
    const loss = new Promise<void>((resolve) => (stop = onLoss(resolve)));
    const control = this.control!;
    await Promise.race([loss, control.change(ACTIVE, control.load(ACTIVE), LONGEST_WAIT)]);
    stop();
  }

  /** Ends the run: nobody takes further samples. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.control?.close();
    if (this.control && this.memory) former = {control: this.control, memory: this.memory};
  }

  /** Calls the kernel while there is time. */
  private claim(
    job: BatchJob<Names>,
    claim: () => number,
    finish: (sample: number) => void = () => undefined,
  ): void {
    const start = performance.now();
    let last = start;
    let count = 0;
    const inTime = () => {
      const now = performance.now();
      if (count > 0) this.slowest = Math.max(this.slowest, now - last);
      last = now;
      return count++ === 0 || now - start + this.slowest / 2 < this.slice;
    };
    claimSamples(denseKernels(), this.kernel, job, () => (inTime() ? claim() : -1), finish);
  }

  /** Whether the caller keeps away from samples that would block it for long. */
  private leavesToWorkers(): boolean {
    if (!this.isHeavy || this.posted.every(isGone) || this.control!.failure() !== null) return false;
    const isStarting = !this.posted.some((worker) => worker.ready() || worker.busy());
    return !isStarting || performance.now() - this.begun < STARTS_WITHIN;
  }

  /** Whether workers cannot be expected to finish what they have taken; those that are late are ended. */
  private isLost(done: number): boolean {
    const {control, posted} = this;
    const [active, next] = [control!.load(ACTIVE), control!.load(NEXT)];
    const state = `${done} ${active} ${next}`;
    const now = performance.now();
    if (state !== this.seen) [this.seen, this.seenAt] = [state, now];
    if (next < this.batch) {
      // Nothing is lost, but somebody has to take it.
      return posted.every(isGone) || now - this.seenAt > Math.max(this.patience, STARTS_WITHIN);
    }
    // A worker that failed or ended has left its sample; those that others are at are computed twice, which does no harm.
    if (active === 0 || posted.some(isGone) || control!.failure() !== null) return true;
    if (now - this.seenAt < Math.max(this.patience, LATE_FACTOR * this.slowest)) return false;
    endLate(posted.filter((worker) => worker.busy()));
    return true;
  }
}
