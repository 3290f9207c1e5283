/** @file Chooses the coordinate descent that goes with given dense kernels. */
import type {CodingKernels} from '../contracts/coding.js';
import type {DenseKernels} from '../contracts/dense.js';
import {createHostCoding} from './host/coding.js';
import {referenceCoding} from './reference/coding.js';

const known = new WeakMap<DenseKernels, CodingKernels>();

/** The coordinate descent that works in the memory of the dense kernels. */
export function codingKernels(dense: DenseKernels): CodingKernels {
  if (!known.has(dense)) {
    known.set(dense, (dense.memory && createHostCoding(dense.memory)) ?? referenceCoding);
  }
  return known.get(dense)!;
}
