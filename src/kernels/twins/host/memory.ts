/** @file The memory of a WebAssembly instance. It is handed out as views, in a stack of scopes. */
import {OutOfMemory} from '../../contracts/out-of-memory.js';

/** Vectors start at multiples of 16 bytes. The first block stays unused so that no pointer is zero. */
const ALIGNMENT = 16;
const PAGE = 65536;
const INITIAL_PAGES = 64;
/** The bytes that addresses of 32 bits reach. */
const LARGEST = 2 ** 32;
const WHO = 'The arrays of a kernel in WebAssembly';

/** A view that stores its own position: reading `byteOffset` takes engines longer than a routine takes for a small vector. */
interface Placed {
  place?: number;
}

/** The byte offset of a view. */
export const placeOf = (view: Float64Array | Int32Array) => (view as Placed).place ?? view.byteOffset;

function placed<View extends Float64Array | Int32Array>(view: View): View {
  (view as Placed).place = view.byteOffset;
  return view;
}

/** Thrown when the memory is full. Views do not survive the growth of the memory, so the work has to start again. */
class Full extends Error {
  constructor(readonly end: number) {
    super(`the host kernels need ${end} bytes of memory`);
  }
}

export class HostMemory {
  readonly memory = new WebAssembly.Memory({initial: INITIAL_PAGES});
  private top = ALIGNMENT;
  private depth = 0;

  /** A vector of zeros, with room for four more entries: routines work on tiles of four and read past the end of a row. */
  vector(length: number): Float64Array {
    return placed(new Float64Array(this.memory.buffer, this.allocate(8 * (length + 4)), length).fill(0));
  }

  /** Like `vector`, but not cleared. */
  scratch(length: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.allocate(8 * (length + 4)), length);
  }

  singles(length: number): Float32Array {
    return new Float32Array(this.memory.buffer, this.allocate(4 * length), length);
  }

  indices(length: number): Int32Array {
    return placed(new Int32Array(this.memory.buffer, this.allocate(4 * length), length));
  }

  /** A view of some entries of another view. */
  part(vector: Float64Array, from: number, to?: number): Float64Array {
    return placed(vector.subarray(from, to));
  }

  /** Runs `work` and frees every view that it made. `work` may be run again from the beginning if more memory is needed. */
  scope<T>(work: () => T): T {
    const mark = this.top;
    try {
      return this.keep(work);
    } finally {
      this.top = mark;
    }
  }

  /** Like `scope`, but the views are kept. Only the outermost work can start again, because no view was made before it. */
  keep<T>(work: () => T): T {
    const mark = this.top;
    this.depth++;
    try {
      for (;;) {
        try {
          return work();
        } catch (error) {
          if (!(error instanceof Full) || this.depth > 1) throw error;
          this.top = mark;
          this.grow(error.end);
        }
      }
    } finally {
      this.depth--;
    }
  }

  private allocate(bytes: number): number {
    const at = this.top;
    this.top += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    if (this.top > this.memory.buffer.byteLength) throw new Full(this.top);
    return at;
  }

  /** @throws OutOfMemory. */
  private grow(end: number): void {
    const {memory} = this;
    if (end > LARGEST) throw new OutOfMemory(WHO, end);
    const missing = end - memory.buffer.byteLength;
    const doubled = Math.max(missing, memory.buffer.byteLength);
    try {
      memory.grow(Math.ceil(doubled / PAGE));
    } catch {
      try {
        memory.grow(Math.ceil(missing / PAGE));
      } catch {
        throw new OutOfMemory(WHO, end, memory.buffer.byteLength);
      }
    }
  }
}
