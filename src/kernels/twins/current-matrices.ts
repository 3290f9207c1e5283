/** @file Chooses the matrix kernels that this thread uses. */
import {createHostMatrices} from './host/matrices.js';
import type {MatrixKernels} from '../contracts/matrices.js';
import {referenceMatrices} from './reference/matrices.js';

let current: MatrixKernels | null = null;

/** WebAssembly with SIMD if available, otherwise plain TypeScript. */
export function matrixKernels(): MatrixKernels {
  return (current ??= createHostMatrices() ?? referenceMatrices);
}
