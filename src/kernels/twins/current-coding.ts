/** @file Which coordinate descent goes with given dense kernels. */
import type {CodingKernels} from '../contracts/coding.js';
import type {DenseKernels} from '../contracts/dense.js';
import {createHostCoding} from './host/coding.js';
import {referenceCoding} from './reference/coding.js';

const known = new WeakMap<DenseKernels, CodingKernels>();

/** The one that works in their memory. */
export function codingKernels(dense: DenseKernels): CodingKernels {
  if (!known.has(dense)) {
    known.set(dense, (dense.memory && createHostCoding(dense.memory)) ?? referenceCoding);
  }
  return known.get(dense)!;
}
