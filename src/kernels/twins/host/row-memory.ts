/** @file A module of kernels on float32 rows, with a small memory into which each row is copied. */
import {instantiate, type Routines} from './module.js';

const PAGE = 65536;
/** The offset of the first place, so that no pointer is zero, and the minimum distance between two places. */
const START = 16;

export interface RowMemory {
  routines: Routines;
  /** Reserves places of the given sizes in bytes, at least 16 bytes apart. Their contents are valid until the next call. */
  places(...bytes: number[]): number[];
  /** The n numbers at a place. */
  floats(place: number, n: number): Float32Array;
  doubles(place: number, n: number): Float64Array;
  indices(place: number, n: number): Int32Array;
}

/** Returns `null` if WebAssembly or its SIMD instructions are missing. */
export function createRowMemory(binary: string): RowMemory | null {
  if (typeof WebAssembly === 'undefined') return null;
  const memory = new WebAssembly.Memory({initial: 1});
  const routines = instantiate(binary, memory);
  if (!routines) return null;
  return {
    routines,
    places(...bytes) {
      let end = START;
      const at = bytes.map((size) => {
        const place = end;
        end += Math.ceil(size / 16) * 16 + START;
        return place;
      });
      const missing = end - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
      return at;
    },
    floats: (place, n) => new Float32Array(memory.buffer, place, n),
    doubles: (place, n) => new Float64Array(memory.buffer, place, n),
    indices: (place, n) => new Int32Array(memory.buffer, place, n),
  };
}
