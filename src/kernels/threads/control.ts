/** @file The shared words with which the threads of a job coordinate: which samples are taken, which are done, and what went wrong. */

/** Indices of the words. */
export const NEXT = 0;
export const ACTIVE = 1;
const FAILED = 2;
const TEXT_LENGTH = 3;
const DONE = 4;
const WORDS = 5;
const TEXT_BYTES = 2000;

/** The states of FAILED after 0: the text is being written, and is there. */
const TELLING = 1;
const TOLD = 2;

/** Not in every engine, nor in every version of the types. */
type WaitAsync = (
  words: Int32Array,
  word: number,
  value: number,
  milliseconds: number,
) => {async: boolean; value: Promise<unknown> | string};

/** Without `Atomics.waitAsync`, a thread that must not block looks again after this many milliseconds. */
const UNSEEN = 4;

export class ControlBlock {
  readonly buffer: ArrayBufferLike;
  private readonly words: Int32Array;
  private readonly text: Uint8Array;
  /** One entry per sample: 1 when it has been done. */
  private readonly done: Int32Array;

  /**
   * Each job has its own control, so a worker that is late finds no sample of the old job.
   *
   * @param batch How many samples there are.
   * @param from In other threads: the buffer of the thread that created the job. `null`: memory that no other thread sees.
   */
  constructor(
    readonly batch: number,
    from?: ArrayBufferLike | null,
  ) {
    const bytes = 4 * WORDS + TEXT_BYTES + 4 * batch;
    const buffer = from ?? (from === null ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes));
    this.buffer = buffer;
    this.words = new Int32Array(buffer, 0, WORDS);
    this.text = new Uint8Array(buffer, 4 * WORDS, TEXT_BYTES);
    this.done = new Int32Array(buffer, 4 * WORDS + TEXT_BYTES, batch);
  }

  /** The next sample, or −1 if there are no more. */
  claim(): number {
    const sample = Atomics.add(this.words, NEXT, 1);
    return sample < this.batch ? sample : -1;
  }

  /** Records that the results of a sample are in the shared memory. */
  finish(sample: number): void {
    Atomics.store(this.done, sample, 1);
    Atomics.add(this.words, DONE, 1);
  }

  isDone(sample: number): boolean {
    return Atomics.load(this.done, sample) === 1;
  }

  /** How many samples are done. */
  get doneCount(): number {
    return this.load(DONE);
  }

  /** How many samples nobody has taken. */
  get free(): number {
    return Math.max(0, this.batch - this.load(NEXT));
  }

  /** Closes the job: no more samples can be claimed. */
  close(): void {
    Atomics.store(this.words, NEXT, this.batch);
  }

  /** Between `enter` and `leave` a worker may be working on a sample. */
  enter(): void {
    Atomics.add(this.words, ACTIVE, 1);
  }

  leave(): void {
    Atomics.sub(this.words, ACTIVE, 1);
    Atomics.notify(this.words, ACTIVE);
  }

  load(word: number): number {
    return Atomics.load(this.words, word);
  }

  /** Blocks until the word differs from `value`, for at most `milliseconds`. */
  wait(word: number, value: number, milliseconds: number): void {
    try {
      Atomics.wait(this.words, word, value, milliseconds);
    } catch {
      // A page's main thread must not block: the caller's loop spins.
    }
  }

  /** Resolves when the word differs from `value`, at the latest after some milliseconds. Blocks nobody. */
  async change(word: number, value: number, milliseconds: number): Promise<void> {
    const {waitAsync} = Atomics as {waitAsync?: WaitAsync};
    let timer: ReturnType<typeof setTimeout> | undefined;
    // The timer also keeps a process of Node alive, which would not wait for the other.
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitAsync ? milliseconds : Math.min(milliseconds, UNSEEN));
    });
    const woken = waitAsync?.(this.words, word, value, milliseconds);
    await (woken && !woken.async ? null : Promise.race([woken?.value ?? late, late]));
    clearTimeout(timer);
  }

  /** Records the first failure. The sample at which it happened is not done, and others go on. */
  fail(message: string): void {
    if (Atomics.compareExchange(this.words, FAILED, 0, TELLING) !== 0) return;
    const text = new TextEncoder().encode(message).subarray(0, TEXT_BYTES);
    this.text.set(text);
    Atomics.store(this.words, TEXT_LENGTH, text.length);
    Atomics.store(this.words, FAILED, TOLD);
  }

  /** Whether a worker has said what went wrong. */
  get hasFailed(): boolean {
    return this.load(FAILED) === TOLD;
  }

  /** What went wrong, or `null`. */
  failure(): string | null {
    if (!this.hasFailed) return null;
    // Decode a copy, because the decoder of a page refuses a shared buffer.
    return new TextDecoder().decode(this.text.slice(0, this.load(TEXT_LENGTH)));
  }
}
