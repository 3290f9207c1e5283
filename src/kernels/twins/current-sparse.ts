/** @file Chooses the sparse factorisation that goes with given dense kernels, and makes room for its factors. */
import type {DenseKernels} from '../contracts/dense.js';
import {packedLength, type SparseFactors, type SparseKernels, type SparsePlan} from '../contracts/sparse.js';
import type {Indices} from '../contracts/vectors.js';
import {createHostSparse} from './host/sparse.js';
import {referenceSparse} from './reference/sparse.js';

const known = new WeakMap<DenseKernels, SparseKernels>();

/** The factorisation that works in the memory of the dense kernels. */
export function sparseKernels(dense: DenseKernels): SparseKernels {
  if (!known.has(dense)) {
    known.set(dense, (dense.memory && createHostSparse(dense.memory)) ?? referenceSparse);
  }
  return known.get(dense)!;
}

/** Room for the factors of a matrix with this plan, valid as long as the scope of `dense` in which it is made. The signs are 1. */
export function sparseFactors(dense: DenseKernels, plan: SparsePlan): SparseFactors {
  const copy = (numbers: Int32Array): Indices => {
    const indices = dense.indices(numbers.length);
    indices.set(numbers);
    return indices;
  };
  const {n, panelStarts, supernodes, rowStarts} = plan;
  const most = rowStarts.reduce(
    (widest, start, s) => Math.max(widest, s > 0 ? start - rowStarts[s - 1] : 0),
    0,
  );
  const signs = dense.vector(n);
  signs.fill(1);
  return {
    plan: {
      ...plan,
      order: copy(plan.order),
      first: copy(plan.first),
      rowStarts: copy(rowStarts),
      rows: copy(plan.rows),
      relative: copy(plan.relative),
      childStarts: copy(plan.childStarts),
      children: copy(plan.children),
      panelStarts: copy(panelStarts),
      workStarts: copy(plan.workStarts),
      keptStarts: copy(plan.keptStarts),
      entryStarts: copy(plan.entryStarts),
      sources: copy(plan.sources),
      targets: copy(plan.targets),
    },
    panels: dense.vector(panelStarts[supernodes]),
    inverse: dense.vector(n),
    signs,
    stack: dense.vector(plan.stackSize),
    packed: dense.vector(packedLength(plan.widest)),
    ordered: dense.vector(n),
    part: dense.vector(most),
  };
}
