/**
 * @file Batches of matrices in double precision, in the memory of the backend 'tensorflow': a thin layer over TensorFlow's own operations,
 * so that an algorithm reads like its formulas. Nothing here is read by the host.
 *
 * An array has the batch in front. A vector is a matrix with one column, [B, n, 1], and a number of each sample is [B, 1, 1], so that all of
 * them broadcast against each other. Numbers may stand for arrays.
 */
export {constant, identity, range} from './constants.js';
export * from './elementwise.js';
export * from './factorisations.js';
export * from './flags.js';
export * from './matrices.js';
export * from './reductions.js';
export * from './samples.js';
export {deviceOf} from './session.js';
export * from './shapes.js';
export * from './sorting.js';
export * from './tensors.js';
export {tidy} from './tidy.js';
export type {Chosen, Doubles, Flags, Operand} from './types.js';
