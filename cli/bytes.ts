/** @file Reads from a stream of bytes as many as are asked for. */

/** Bytes of a file or of standard input. */
export class ByteReader {
  private readonly blocks: AsyncIterator<Uint8Array, undefined>;
  /** What was received and not yet read. */
  private rest: Uint8Array = new Uint8Array(0);

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.blocks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  }

  /** The next bytes, without reading them: fewer than `count` only at the end. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.rest.length < count) {
      const next = await this.blocks.next();
      if (next.done) break;
      this.rest = joined([this.rest, next.value]);
    }
    return this.rest.subarray(0, count);
  }

  /** The next bytes, at an address that is a multiple of 8: fewer than `count` only at the end. */
  async read(count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count);
    return bytes.subarray(0, await this.readInto(bytes));
  }

  /** Fills an array. @returns How many bytes there were. */
  async readInto(target: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < target.length) {
      const block = await this.some();
      if (!block) break;
      const taken = block.subarray(0, target.length - filled);
      target.set(taken, filled);
      filled += taken.length;
      this.rest = block.subarray(taken.length);
    }
    return filled;
  }

  /** The bytes that came next, however many; `null` at the end. */
  async some(): Promise<Uint8Array | null> {
    for (;;) {
      if (this.rest.length > 0) {
        const block = this.rest;
        this.rest = new Uint8Array(0);
        return block;
      }
      const next = await this.blocks.next();
      if (next.done) return null;
      this.rest = next.value;
    }
  }
}

/** One array of several. */
export function joined(parts: Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, {length}) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
