/** @file Which matrix kernels this thread uses. */
import {createHostMatrices} from './host/matrices.js';
import type {MatrixKernels} from '../contracts/matrices.js';
import {referenceMatrices} from './reference/matrices.js';

let current: MatrixKernels | null = null;

/** WebAssembly with SIMD where there is, else plain TypeScript. */
export function matrixKernels(): MatrixKernels {
  return (current ??= createHostMatrices() ?? referenceMatrices);
}
