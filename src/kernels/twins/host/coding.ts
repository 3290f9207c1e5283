/** @file `CodingKernels` on WebAssembly, in the memory of the dense kernels. */
import type {CodingKernels} from '../../contracts/coding.js';
import {BINARY} from './binary/coding.js';
import {instantiate} from './module.js';

/** Returns `null` if WebAssembly or its SIMD instructions are missing. */
export function createHostCoding(memory: WebAssembly.Memory): CodingKernels | null {
  const routines = instantiate(BINARY, memory);
  if (!routines) return null;
  return {
    descendCoordinates: ({G, stride, l1, l2, nonNegative, units}, z, g, tolerance, maxSweeps, residual) =>
      routines.descendCoordinates(
        G.byteOffset,
        z.length,
        stride,
        l1.byteOffset,
        l2.byteOffset,
        Number(nonNegative),
        units.byteOffset,
        z.byteOffset,
        g.byteOffset,
        tolerance,
        maxSweeps,
        residual.byteOffset,
      ),
  };
}
