/** @file Arrays in the memory of the dense kernels. */

declare const MEMORY: unique symbol;

/**
 * An array that the routines of one `DenseKernels` can work on, in the memory of that implementation. It has the requested
 * length; there is room after it up to the next multiple of 4.
 */
export type Vector = Float64Array & {readonly [MEMORY]: 'vector'};
/** The same, for indices. */
export type Indices = Int32Array & {readonly [MEMORY]: 'indices'};
