/** @file The kernels of sparse quadratic programs, 'ImplicitSparseQP' and 'ImplicitSparseKKT'. They run on the host; batches of the former on several threads. */
import * as tf from '@tensorflow/tfjs-core';
import {sparseBatch, sparseKktBatch} from '../algorithms/sparse/sparse-batch.js';
import {jobWithPlaces, sparseCost} from '../algorithms/sparse/sparse-job.js';
import type {ProblemStructure} from '../algorithms/sparse/structure-of-problem.js';
import {registerHostKernel, type Allocate} from '../backends/host-kernel.js';
import type {DenseKernels} from '../contracts/dense.js';
import {QP_OUTPUTS} from '../contracts/qp-limits.js';
import {createDenseKernels, denseKernels} from '../twins/current-dense.js';
import {claimSamples} from '../threads/job.js';
import {shareWork} from '../threads/pool.js';
import type {QPGuess, QPSolution} from '../contracts/qp-tensors.js';
import {jobOf, solutionOf, type QPInputs} from './qp-job.js';

const [QP, KKT] = ['ImplicitSparseQP', 'ImplicitSparseKKT'];

/** Factors with more entries than this get a memory of their own, which is freed after the call: that of the thread never shrinks. */
const LARGE = 2 ** 21;

function isLarge({plan}: ProblemStructure): boolean {
  return plan.panelStarts[plan.supernodes] + plan.stackSize > LARGE;
}

/** The kernels for a problem of this size. */
export function kernelsFor(structure: ProblemStructure): DenseKernels {
  return isLarge(structure) ? createDenseKernels() : denseKernels();
}

/** The tensors of a batch: the first axis of each is the batch or 1, for p the batch. Q, G and A are the values of the entries. */
export type SparseTensors = Record<'Q' | 'p' | 'G' | 'h' | 'A' | 'b', tf.Tensor> &
  Partial<Record<'lower' | 'upper', tf.Tensor>>;

/** Solves the batch. */
export function runSparseQP(
  structure: ProblemStructure,
  tensors: SparseTensors,
  limits: {tolerance: number; maxIterations: number},
  guess?: QPGuess | null,
): QPSolution {
  const given = guess && {gx: guess.x, gIneq: guess.ineqDual, gEq: guess.eqDual, gSlack: guess.slack};
  const inputs = {...tensors, ...given} as unknown as tf.NamedTensorMap;
  const attributes = {...limits, structure: structure as unknown as tf.NamedAttrMap[string]};
  return solutionOf(tf.engine().runKernel(QP, inputs, attributes) as unknown as tf.Tensor[]);
}

registerHostKernel<keyof QPInputs>(QP, (inputs, {structure, ...limits}, allocate) => {
  const {job, batch, outputs} = jobOf(inputs, limits as Parameters<typeof jobOf>[1], allocate);
  let next = 0;
  const known = structure as ProblemStructure;
  const kernel = sparseBatch(known);
  const isShared =
    !isLarge(known) &&
    shareWork(kernel, jobWithPlaces(job, known), QP_OUTPUTS, batch, sparseCost(known.plan));
  if (!isShared) claimSamples(kernelsFor(known), kernel, job, () => (next < batch ? next++ : -1));
  return outputs;
});

/** Arrays in the place of tensors, with their shapes. */
export type SparseArrays = Record<keyof SparseTensors, {shape: number[]; single: Float32Array}> &
  Partial<Record<'gx' | 'gIneq' | 'gEq' | 'gSlack', {shape: number[]; single: Float32Array}>>;

/** The batch, of which `solve` does one sample after another; `result` makes the tensors. */
export function startSparseQP(
  structure: ProblemStructure,
  arrays: SparseArrays,
  limits: {tolerance: number; maxIterations: number},
): {
  /** Of each sample, once it is solved. */
  status: Int32Array;
  solve(sample: number): {iterations: number; residual: number};
  result(): QPSolution;
} {
  const allocate: Allocate = (...shapes) =>
    shapes.map((shape) => ({
      values: new Float32Array(tf.util.sizeFromShape(shape)),
      shape,
      dtype: 'float32',
    }));
  const {job, outputs} = jobOf(arrays as unknown as QPInputs, limits, allocate);
  const dense = kernelsFor(structure);
  const kernel = sparseBatch(structure);
  return {
    status: job.arrays.status as Int32Array,
    solve(sample) {
      let isClaimed = false;
      claimSamples(dense, kernel, job, () => {
        if (isClaimed) return -1;
        isClaimed = true;
        return sample;
      });
      return {iterations: job.arrays.iterations[sample], residual: job.arrays.residual[sample]};
    },
    result: () => solutionOf(outputs.map(({values, shape, dtype}) => tf.tensor(values, shape, dtype))),
  };
}

/** The KKT matrices of a batch; their values may be shared. */
export interface SparseBlocks {
  structure: ProblemStructure;
  Q: tf.Tensor;
  G: tf.Tensor;
  A: tf.Tensor;
  /** [B, m] in [0, 1]: 1 if an inequality holds with equality, 0 if it is inactive. */
  weight: tf.Tensor;
  /** Shape [B]: zero if the problem was solved; the other samples get a zero solution. */
  status: tf.Tensor;
}

/** u with K u = v, or Kᵀu = v, for rows v of (x, ineqDual, eqDual), and the relative residual of each sample. */
export function runSparseKkt(
  {structure, ...blocks}: SparseBlocks,
  right: tf.Tensor2D,
  transpose: boolean,
): [u: tf.Tensor2D, residual: tf.Tensor1D] {
  const inputs = {...blocks, right} as unknown as tf.NamedTensorMap;
  const attributes = {structure: structure as unknown as tf.NamedAttrMap[string], transpose};
  return tf.engine().runKernel(KKT, inputs, attributes) as unknown as [tf.Tensor2D, tf.Tensor1D];
}

registerHostKernel<'Q' | 'G' | 'A' | 'weight' | 'status' | 'right'>(KKT, (inputs, attributes, allocate) => {
  const structure = attributes.structure as ProblemStructure;
  const {n, m, p: k} = structure;
  const batch = inputs.right.shape[0];
  const [u, residual] = allocate(inputs.right.shape, [batch]);
  u.values.fill(0);
  residual.values.fill(0);
  const {Q, G, A, weight, status, right} = inputs;
  const arrays = {
    ...{Q: Q.single, G: G.single, A: A.single, weight: weight.single, status: status.single},
    ...{right: right.single, u: u.values, residual: residual.values},
  };
  const shared = ({shape}: {shape: number[]}) => Number(shape[0] < batch);
  const parameters = {
    ...{n, m, k, transpose: Number(attributes.transpose)},
    ...{sharedQ: shared(Q), sharedG: shared(G), sharedA: shared(A)},
  };
  let next = 0;
  const kernel = sparseKktBatch(structure);
  claimSamples(kernelsFor(structure), kernel, {arrays, parameters}, () => (next < batch ? next++ : -1));
  return [u, residual];
});
