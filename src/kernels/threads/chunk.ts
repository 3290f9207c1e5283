/** @file Some samples of a batch that is being computed, in a memory of their own, which worker threads share. */
import type {BatchArray, BatchData, BatchJob, BatchKernel} from '../contracts/batch-kernel.js';
import {ACTIVE, ControlBlock, NEXT} from './control.js';
import {arraysOf, placesOf, type SharedJob} from './job.js';
import type {Thread} from './platform.js';
import {copyResults, noteFailure} from './pool.js';

/** Memory of chunks that are no longer needed: new memory costs more than the copy. */
const spares: {control: ControlBlock; memory: ArrayBufferLike}[] = [];
const MOST_SPARES = 8;
/** In bytes. Samples that need more take so long that new memory does not matter. */
const LARGEST_SPARE = 2 ** 23;

/** A sample to compute, and from and to which arrays. */
export interface Claims<Names extends string> {
  job: BatchJob<Names>;
  /** −1 if there are no more. */
  claim: () => number;
  finish: (sample: number) => void;
}

export class Chunk<Names extends string> {
  private readonly control: ControlBlock;
  private readonly shared: SharedJob;
  private readonly local: BatchJob<Names>;
  /** What the workers have lost, with arrays that none of them can change. */
  private lost: {job: BatchJob<Names>; left: number[]; missing: Set<number>} | null = null;

  /**
   * @param from The first of its samples, in the whole batch.
   * @param posted The worker threads that get it.
   */
  constructor(
    private readonly kernel: BatchKernel<Names>,
    private readonly data: BatchData<Names>,
    readonly from: number,
    readonly count: number,
    readonly posted: readonly Thread[],
  ) {
    const isShared = posted.length > 0;
    this.control = new ControlBlock(count, isShared ? undefined : null);
    const {arrays, bytes} = placesOf(this.sizes());
    const {buffer: control} = this.control;
    const memory = takeMemory(bytes, isShared);
    this.shared = {kernel: kernel.name, memory, control, batch: count, parameters: data.parameters, arrays};
    this.local = this.filled(arraysOf(this.shared) as Record<Names, BatchArray>);
    for (const worker of posted) worker.post(this.shared);
  }

  /** How many samples nobody has taken. */
  get free(): number {
    return this.lost ? this.lost.left.length : this.control.free;
  }

  get done(): number {
    return this.lost ? this.count - this.lost.left.length : this.control.doneCount;
  }

  /** Changes whenever a worker takes or finishes a sample. */
  get state(): string {
    return `${this.from} ${this.done} ${this.control.load(ACTIVE)} ${this.control.load(NEXT)}`;
  }

  /** Whether workers may be at samples of it. */
  get isActive(): boolean {
    return this.control.load(ACTIVE) > 0;
  }

  /** Whether what is left is the caller's. */
  get isReclaimed(): boolean {
    return this.lost !== null;
  }

  get hasFailed(): boolean {
    return this.control.hasFailed;
  }

  /** What the caller computes. */
  claims(): Claims<Names> {
    const {control, local, lost} = this;
    if (lost) return {job: lost.job, claim: () => lost.left.shift() ?? -1, finish: () => undefined};
    return {job: local, claim: () => control.claim(), finish: (sample) => control.finish(sample)};
  }

  /** Leaves what is not done to the caller: its workers cannot be expected to finish it. */
  reclaim(): void {
    const {control, count, kernel} = this;
    control.close();
    noteFailure(kernel.name, control);
    const left = Array.from({length: count}, (_, sample) => sample).filter((i) => !control.isDone(i));
    const {arrays, bytes} = placesOf(this.sizes());
    const own = arraysOf({...this.shared, memory: new ArrayBuffer(bytes), arrays});
    this.lost = {job: this.filled(own as Record<Names, BatchArray>), left, missing: new Set(left)};
  }

  /** Gives the results away. */
  store(): void {
    const {data, local, lost, count, from} = this;
    const outputs = (Object.keys(data.columns) as Names[]).filter((name) => data.columns[name].write);
    if (lost) copyResults(lost.job, outputs, local, count, lost.missing);
    for (const name of outputs) data.columns[name].write!(from, (lost?.job ?? local).arrays[name]);
    this.close();
  }

  /** Nobody takes further samples. */
  close(): void {
    const {control, shared} = this;
    control.close();
    if (shared.memory.byteLength > LARGEST_SPARE) return;
    spares.push({control, memory: shared.memory});
    if (spares.length > MOST_SPARES) spares.shift();
  }

  /** Resolves when the workers have gone on, or after some milliseconds. */
  async change(milliseconds: number): Promise<void> {
    await this.control.change(ACTIVE, this.control.load(ACTIVE), milliseconds);
  }

  private sizes(): [name: string, type: BatchData['columns'][string]['type'], length: number][] {
    return Object.entries<BatchData['columns'][string]>(this.data.columns).map(
      ([name, {type, size, isShared}]) => [name, type, isShared ? size : this.count * size],
    );
  }

  /** The arrays with what is given in them, and zero for the results. */
  private filled(arrays: Record<Names, BatchArray>): BatchJob<Names> {
    const {columns, parameters} = this.data;
    for (const name of Object.keys(columns) as Names[]) {
      const {read} = columns[name];
      if (!read) arrays[name].fill(0);
      else if (arrays[name].length > 0) read(this.from, arrays[name]);
    }
    return {arrays, parameters};
  }
}

/** Spare memory that no worker can be at, or new. */
function takeMemory(bytes: number, isShared: boolean): ArrayBufferLike {
  const at = spares.findIndex(
    ({control, memory}) =>
      memory.byteLength >= bytes && memory instanceof ArrayBuffer !== isShared && control.load(ACTIVE) === 0,
  );
  if (at >= 0) return spares.splice(at, 1)[0].memory;
  const room = Math.ceil(1.5 * bytes);
  return isShared ? new SharedArrayBuffer(room) : new ArrayBuffer(room);
}
