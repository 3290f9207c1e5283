/** @file Chooses the dense kernels that this thread uses. */
import type {DenseKernels} from '../contracts/dense.js';
import {createHostDense} from './host/dense.js';
import {referenceDense} from './reference/dense.js';

let current: DenseKernels | null = null;

/** Creates kernels with their own memory: WebAssembly with SIMD if available, otherwise plain TypeScript. */
export function createDenseKernels(): DenseKernels {
  return createHostDense() ?? referenceDense;
}

/** The dense kernels of this thread. */
export function denseKernels(): DenseKernels {
  return (current ??= createDenseKernels());
}
