/** @file Provides array kernels, each with its own memory. Kernels that are given back are reused. */
import type {ArrayKernels} from '../contracts/arrays.js';
import {OutOfMemory} from '../contracts/out-of-memory.js';
import {createHostArrays} from './host/arrays.js';
import {referenceArrays} from './reference/arrays.js';

/** The number of unused memories that are kept. A memory larger than the limit in bytes is not kept. */
const MOST_IDLE = 8;
const LARGEST_IDLE = 1 << 27;

const idle: ArrayKernels[] = [];

/** The kernels of each WebAssembly memory. */
const owners = new WeakMap<ArrayBufferLike, ArrayKernels>();

export interface TakenArrays {
  kernels: ArrayKernels;
  /** The contents are not cleared. */
  arrays: Float64Array[];
}

/**
 * Returns arrays of these lengths, with kernels that work on them: WebAssembly with SIMD if available, otherwise plain TypeScript. The
 * caller may give the kernels back and must not use the arrays afterwards. If they are not given back, the garbage collector frees them.
 *
 * @throws OutOfMemory.
 */
export function takeArrays(lengths: readonly number[]): TakenArrays {
  try {
    const kernels = smallestIdle(lengths) ?? createHostArrays() ?? referenceArrays;
    const arrays = kernels.arrays(lengths);
    if (kernels !== referenceArrays && arrays.length > 0) owners.set(arrays[0].buffer, kernels);
    return {kernels, arrays};
  } catch (error) {
    // Another WebAssembly memory, or one this large, could not be allocated.
    if (!(error instanceof RangeError)) throw error;
  }
  try {
    return {kernels: referenceArrays, arrays: referenceArrays.arrays(lengths)};
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new OutOfMemory('The values of a program', bytesOf(lengths));
  }
}

export function giveBackArrays(kernels: ArrayKernels): void {
  if (kernels === referenceArrays || idle.length >= MOST_IDLE || kernels.size > LARGEST_IDLE) return;
  idle.push(kernels);
}

/** The kernels that work on these arrays: those of the memory that contains all of them, otherwise plain TypeScript. */
export function arrayKernels([first, ...others]: readonly Float64Array[]): ArrayKernels {
  const kernels = owners.get(first.buffer);
  return kernels && others.every(({buffer}) => buffer === first.buffer) ? kernels : referenceArrays;
}

const bytesOf = (lengths: readonly number[]) => lengths.reduce((sum, length) => sum + 8 * length, 0);

/** The smallest idle memory that is large enough. If none is, the largest one, which will grow. */
function smallestIdle(lengths: readonly number[]): ArrayKernels | undefined {
  const bytes = bytesOf(lengths);
  idle.sort((one, other) => one.size - other.size);
  const at = idle.findIndex(({size}) => size >= bytes);
  return idle.splice(at, 1)[0];
}
