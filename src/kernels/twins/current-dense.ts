/** @file Which dense kernels this thread uses. */
import type {DenseKernels} from '../contracts/dense.js';
import {createHostDense} from './host/dense.js';
import {referenceDense} from './reference/dense.js';

let current: DenseKernels | null = null;

/** Kernels with a memory of their own: WebAssembly with SIMD where there is, else plain TypeScript. */
export function createDenseKernels(): DenseKernels {
  return createHostDense() ?? referenceDense;
}

/** Those of this thread. */
export function denseKernels(): DenseKernels {
  return (current ??= createDenseKernels());
}
