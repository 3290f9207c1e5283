/** @file Runs work on a batch sample by sample, on all threads, without blocking the calling one for long. */
import type {BatchData, BatchKernel} from '../contracts/batch-kernel.js';
import {denseKernels} from '../twins/current-dense.js';
import {Chunk} from './chunk.js';
import {claimSamples} from './job.js';
import {
  endLate,
  isGone,
  LATE_AFTER_MS,
  LATE_FACTOR,
  onLoss,
  threads,
  WORTH_A_THREAD,
  workersFor,
} from './pool.js';

/** What is left after some work: more of it, only what the workers are at, or nothing. */
export type Left = 'work' | 'workers' | 'nothing';

/** A chunk should keep all threads busy for this long, in ms. */
const CHUNK = 20;
/** So much work, in ms, should wait for workers, so that they go on while the caller does something else. */
const AHEAD = 40;
/** The time of fewer samples says little about that of others. */
const FEW = 8;
/** A wait for the workers is at most this long, in ms. */
const LONGEST_WAIT = 20;
/** A worker may take this many times longer than its work is estimated to take. */
const ESTIMATE_FACTOR = 20;
/** So long may workers take to start, in ms, before the caller does without. */
const STARTS_WITHIN = 1000;

/**
 * A batch that is being computed. The caller alternates `work`, which computes for some milliseconds, with tasks of the event loop, and waits
 * with `change` when only workers have something to do.
 *
 * The batch is copied to the workers chunk by chunk, a few ahead of them, so that neither the copies nor the workers' ends take long. What a
 * worker that ends has not finished, the caller computes.
 */
export class BatchRun<Names extends string> {
  private readonly helpers: number;
  private readonly begun = performance.now();
  /** One sample takes the caller longer than a slice, as far as is known, so that it is left to the workers. */
  private readonly isHeavy: boolean;
  private readonly patience: number;
  /** Those that are not finished, in order. */
  private chunks: Chunk<Names>[] = [];
  /** The first sample that is in no chunk yet. */
  private next = 0;
  private stored = 0;
  /** How long a sample takes, in ms: on average, and at most. */
  private average: number;
  private slowest = 0;
  /** What was seen of each chunk and of all, and when it changed. */
  private readonly seen = new Map<Chunk<Names> | null, {state: string; at: number}>();

  /** @param slice How long the caller wants to work at a time, in ms. */
  constructor(
    private readonly kernel: BatchKernel<Names>,
    private readonly data: BatchData<Names>,
    private readonly batch: number,
    cost: number,
    private readonly slice: number,
  ) {
    this.average = cost / WORTH_A_THREAD;
    this.isHeavy = this.average > slice / 2;
    this.patience = Math.max(LATE_AFTER_MS, ESTIMATE_FACTOR * this.average);
    this.helpers = Math.min(this.isHeavy ? batch : batch - 1, Math.floor(batch * this.average));
  }

  /** How many samples are done. */
  get done(): number {
    return this.chunks.reduce((done, chunk) => done + chunk.done, this.stored);
  }

  /** Computes samples for a slice of time, at least one if there is one that nobody else has. */
  work(): Left {
    const start = performance.now();
    let made = 0;
    let last = start;
    const inTime = () => {
      const now = performance.now();
      if (made > 0) this.slowest = Math.max(this.slowest, now - last);
      last = now;
      return made++ === 0 || now - start + this.average / 2 < this.slice;
    };
    for (;;) {
      this.storeFinished();
      this.copyAhead(start);
      const chunk = this.chunks.find((one) => one.free > 0 && !this.leavesToWorkers(one));
      if (!chunk) return this.chunks.length > 0 ? 'workers' : 'nothing';
      const [before, from] = [made, performance.now()];
      last = from;
      let isLate = false;
      const {job, claim, finish} = chunk.claims();
      claimSamples(
        denseKernels(),
        this.kernel,
        job,
        () => {
          isLate = !inTime();
          return isLate ? -1 : claim();
        },
        finish,
      );
      // The last call of `inTime` was followed by no sample.
      const count = made - before - 1;
      if (count > 0) {
        const weight = Math.min(1, count / FEW) / 2;
        this.average += weight * ((performance.now() - from) / count - this.average);
      }
      if (isLate) return 'work';
    }
  }

  /** Resolves when the workers have gone on, or one has ended, or after some milliseconds. */
  async change(): Promise<void> {
    let stop = () => undefined as void;
    const loss = new Promise<void>((resolve) => (stop = onLoss(resolve)));
    await Promise.race([loss, this.chunks[0].change(LONGEST_WAIT)]);
    stop();
  }

  /** Ends the run: nobody takes further samples. */
  close(): void {
    for (const chunk of this.chunks) {
      this.stored += chunk.done;
      chunk.close();
    }
    this.chunks = [];
    this.next = this.batch;
  }

  private storeFinished(): void {
    const unchanged = this.unchangedFor(null, this.chunks.map(({state}) => state).join());
    for (const chunk of [...this.chunks]) {
      if (chunk.done < chunk.count && this.isLost(chunk, unchanged)) chunk.reclaim();
      if (chunk.done < chunk.count) continue;
      chunk.store();
      this.chunks.splice(this.chunks.indexOf(chunk), 1);
      this.seen.delete(chunk);
      this.stored += chunk.count;
    }
  }

  /** Keeps some chunks ahead of the workers, as far as there is time. */
  private copyAhead(start: number): void {
    if (this.next >= this.batch) return;
    const workers = workersFor(Math.min(this.helpers, threads() - 1));
    const all = workers.length + 1;
    const samplesIn = (milliseconds: number) =>
      Math.floor((milliseconds * all) / Math.max(this.average, 1e-3));
    while (this.next < this.batch) {
      const free = this.chunks.reduce((sum, chunk) => sum + chunk.free, 0);
      if (free >= (workers.length === 0 ? 1 : Math.max(all, samplesIn(AHEAD)))) return;
      if (free > 0 && performance.now() - start > this.slice / 2) return;
      const count = Math.min(this.batch - this.next, Math.max(1, samplesIn(CHUNK)));
      this.chunks.push(new Chunk(this.kernel, this.data, this.next, count, workers));
      this.next += count;
    }
  }

  /** Whether the caller keeps away from samples that would block it for long. */
  private leavesToWorkers(chunk: Chunk<Names>): boolean {
    const {posted} = chunk;
    if (!this.isHeavy || chunk.isReclaimed || posted.every(isGone) || chunk.hasFailed) return false;
    const isStarting = !posted.some((worker) => worker.ready() || worker.busy());
    return !isStarting || performance.now() - this.begun < STARTS_WITHIN;
  }

  /**
   * Whether workers cannot be expected to finish what they have taken; those that are late are ended.
   *
   * @param all For how long no worker has gone on, in ms.
   */
  private isLost(chunk: Chunk<Names>, all: number): boolean {
    const {posted} = chunk;
    if (posted.length === 0 || chunk.isReclaimed) return false;
    const unchanged = this.unchangedFor(chunk, chunk.state);
    if (chunk.free > 0) {
      // Nothing is lost, but somebody has to take it.
      return posted.every(isGone) || all > Math.max(this.patience, STARTS_WITHIN);
    }
    // A worker that failed or ended has left its sample; those that others are at are computed twice, which does no harm.
    if (!chunk.isActive || posted.some(isGone) || chunk.hasFailed) return true;
    if (unchanged < Math.max(this.patience, LATE_FACTOR * this.slowest)) return false;
    endLate(posted.filter((worker) => worker.busy()));
    return true;
  }

  /** For how long this has been the state of a chunk, or of all, in ms. */
  private unchangedFor(chunk: Chunk<Names> | null, state: string): number {
    const now = performance.now();
    const before = this.seen.get(chunk);
    if (before?.state === state) return now - before.at;
    this.seen.set(chunk, {state, at: now});
    return 0;
  }
}
