/** @file The types of arrays in the memory of the dense kernels. */

declare const MEMORY: unique symbol;

/**
 * An array that the routines of one `DenseKernels` can work on, in the memory of that implementation. It has the requested length, and room
 * after it up to the next multiple of 4.
 */
export type Vector = Float64Array & {readonly [MEMORY]: 'vector'};
/** The same, for indices. */
export type Indices = Int32Array & {readonly [MEMORY]: 'indices'};

/** The values of tensors, in single precision, or of programs, in double precision. */
export type Floats = Float32Array | Float64Array;

/** `length` zeros in the precision of `like`. */
export function zerosLike(like: Floats, length: number): Floats {
  return like instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
}
