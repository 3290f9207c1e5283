/** @file Array kernels, each with a memory of its own: those that are given back are used again. */
import type {ArrayKernels} from '../contracts/arrays.js';
import {createHostArrays} from './host/arrays.js';
import {referenceArrays} from './reference/arrays.js';

/** Memories that nobody uses: so many are kept, none of more bytes than this. */
const MOST_IDLE = 8;
const LARGEST_IDLE = 1 << 27;

const idle: ArrayKernels[] = [];

/** The kernels of each WebAssembly memory. */
const owners = new WeakMap<ArrayBufferLike, ArrayKernels>();

export interface TakenArrays {
  kernels: ArrayKernels;
  /** Not cleared. */
  arrays: Float64Array[];
}

/**
 * Arrays of these lengths, with kernels that work on them: WebAssembly with SIMD where there is, else plain TypeScript. Whoever takes
 * them may give the kernels back, and must not use the arrays from then on; else they are left to the garbage collector.
 */
export function takeArrays(lengths: readonly number[]): TakenArrays {
  try {
    const kernels = smallestIdle(lengths) ?? createHostArrays() ?? referenceArrays;
    const arrays = kernels.arrays(lengths);
    if (kernels !== referenceArrays && arrays.length > 0) owners.set(arrays[0].buffer, kernels);
    return {kernels, arrays};
  } catch (error) {
    // No room for another WebAssembly memory, or none so large.
    if (!(error instanceof RangeError)) throw error;
    return {kernels: referenceArrays, arrays: referenceArrays.arrays(lengths)};
  }
}

export function giveBackArrays(kernels: ArrayKernels): void {
  if (kernels === referenceArrays || idle.length >= MOST_IDLE || kernels.size > LARGEST_IDLE) return;
  idle.push(kernels);
}

/** The kernels that work on these arrays: those of the memory that all of them lie in, else plain TypeScript. */
export function arrayKernels([first, ...others]: readonly Float64Array[]): ArrayKernels {
  const kernels = owners.get(first.buffer);
  return kernels && others.every(({buffer}) => buffer === first.buffer) ? kernels : referenceArrays;
}

/** The smallest that is large enough, else the largest, which grows. */
function smallestIdle(lengths: readonly number[]): ArrayKernels | undefined {
  const bytes = lengths.reduce((sum, length) => sum + 8 * length, 0);
  idle.sort((one, other) => one.size - other.size);
  const at = idle.findIndex(({size}) => size >= bytes);
  return idle.splice(at, 1)[0];
}
