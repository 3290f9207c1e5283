/** @file The shared words by which the threads at one job agree: who takes which sample, who is still at it, what went wrong. */

/** Indices of the words. */
export const NEXT = 0;
export const ACTIVE = 1;
const FAILED = 2;
const TEXT_LENGTH = 3;
const WORDS = 4;
const TEXT_BYTES = 2000;

export class ControlBlock {
  readonly buffer: SharedArrayBuffer;
  private readonly words: Int32Array;

  /** Each job has its own: a worker that comes late finds no sample left of the old one. */
  constructor(buffer = new SharedArrayBuffer(4 * WORDS + TEXT_BYTES)) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer, 0, WORDS);
  }

  /** The next sample, or −1 if there is none left. */
  claim(batch: number): number {
    const sample = Atomics.add(this.words, NEXT, 1);
    return sample < batch ? sample : -1;
  }

  /** No more samples. */
  close(batch: number): void {
    Atomics.store(this.words, NEXT, batch);
  }

  /** Between `enter` and `leave` a worker may hold a sample. */
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

  /** Records the first failure, and ends the job. */
  fail(message: string, batch: number): void {
    if (Atomics.compareExchange(this.words, FAILED, 0, 1) === 0) {
      const text = new TextEncoder().encode(message).subarray(0, TEXT_BYTES);
      new Uint8Array(this.buffer, 4 * WORDS).set(text);
      Atomics.store(this.words, TEXT_LENGTH, text.length);
    }
    this.close(batch);
  }

  /** What went wrong, or `null`. To be asked when no worker is active any more. */
  failure(): string | null {
    if (this.load(FAILED) === 0) return null;
    const text = new Uint8Array(this.buffer, 4 * WORDS, this.load(TEXT_LENGTH));
    // Not of the shared buffer itself, which a page's decoder refuses.
    return new TextDecoder().decode(text.slice());
  }
}
