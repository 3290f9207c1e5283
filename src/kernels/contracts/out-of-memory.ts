/** @file The error for arrays that do not fit into memory. */

/** A WebAssembly memory cannot be larger, in bytes. */
const MOST = 2 ** 32;

/** Says how much was asked for, and what helps. */
export class OutOfMemory extends RangeError {
  override name = 'OutOfMemory';

  /**
   * @param what What needs the memory, in the plural.
   * @param bytes How much it needs.
   * @param held How much it has already.
   * @param limit What is allowed.
   */
  constructor(what: string, bytes: number, held = 0, limit = MOST) {
    const reason =
      bytes > limit
        ? `more than the ${inUnits(limit)} that are possible`
        : `which the engine does not give${held > 0 ? ` (it gave ${inUnits(held)})` : ''}`;
    super(
      `${what} need ${inUnits(bytes)} of memory, ${reason}. Split the batch or the data into smaller parts, ` +
        `or free what else holds memory.`,
    );
  }
}

function inUnits(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${Number((bytes / 1024 ** unit).toPrecision(3))} ${units[unit]}`;
}
