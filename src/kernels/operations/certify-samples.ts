/** @file What the kernels that certify dense and sparse quadratic programs share: how each sample is measured, and what they return. */
import * as tf from '@tensorflow/tfjs-core';
import {Certificate} from '../algorithms/qp/certificate.js';
import {equilibrateMatrices} from '../algorithms/qp/equilibrate.js';
import {clearEmptyRows} from '../algorithms/qp/presolve.js';
import type {MatrixScaling} from '../algorithms/qp/scaling.js';
import type {AnyProblem} from '../algorithms/qp/types.js';
import {readVectors} from '../algorithms/small-qp/small-batch.js';
import type {HostInput, HostOutput} from '../backends/host-kernel.js';
import {sampleOf, type BatchJob} from '../contracts/batch-kernel.js';
import type {DenseKernels} from '../contracts/dense.js';
import {SINGLE} from '../contracts/qp-limits.js';
import {zerosLike, type Floats} from '../contracts/vectors.js';

/** The quotients of each sample: `residual` [B], `rows` [B, m + k + bounds] with the inequalities first and the bounds last, `columns` [B, n]. */
export interface Quotients {
  residual: tf.Tensor1D;
  rows: tf.Tensor2D;
  columns: tf.Tensor2D;
}

/** Runs one of the two kernels. */
export function runCertify(kernel: string, tensors: object, attributes?: Record<string, unknown>): Quotients {
  const [residual, rows, columns] = tf
    .engine()
    .runKernel(
      kernel,
      tensors as unknown as tf.NamedTensorMap,
      attributes as tf.NamedAttrMap,
    ) as unknown as tf.Tensor[];
  return {residual: residual as tf.Tensor1D, rows: rows as tf.Tensor2D, columns: columns as tf.Tensor2D};
}

/** The sizes of a batch of problems: n variables, k equalities, m inequalities with the bounds, of which the first `general` are rows of G. */
export interface CertifiedSizes {
  batch: number;
  n: number;
  k: number;
  m: number;
  general: number;
  sides: number;
}

/** The inputs of a kernel as a batch job. */
export function certifyJob<Name extends string>(
  inputs: Record<Name, HostInput>,
  {batch, n, m, k, sides}: CertifiedSizes,
): BatchJob<Name> {
  const names = Object.keys(inputs) as Name[];
  const entries = names.map((name) => [name, inputs[name].single] as const);
  const shared = names.map((name) => [`shared${name}`, Number(inputs[name].shape[0] < batch)] as const);
  return {
    arrays: Object.fromEntries(entries) as Record<Name, Floats>,
    parameters: {n, m, k, sides, ...Object.fromEntries(shared)},
  };
}

/**
 * Measures each sample.
 *
 * @param problem In the memory of `dense`.
 * @param readMatrices Reads the matrices of a sample to `problem`, and returns their scaling if it is known.
 */
export function certifySamples(
  dense: DenseKernels,
  problem: AnyProblem,
  job: BatchJob<'p' | 'h' | 'b' | 'lower' | 'upper' | 'x' | 'ineqDual' | 'eqDual'>,
  {batch, n, m, k, general}: CertifiedSizes,
  readMatrices: (sample: number) => MatrixScaling | null | undefined,
): HostOutput[] {
  const {arrays} = job;
  const like = arrays.p as Floats;
  const residual = zerosLike(like, batch);
  const rows = zerosLike(like, batch * (m + k));
  const columns = zerosLike(like, batch * n);
  const certificate = new Certificate(dense, problem);
  const [x, y] = [dense.vector(n), dense.vector(k + m)];
  for (let sample = 0; sample < batch; sample++) {
    const {isEmpty} = readMatrices(sample) ?? equilibrateMatrices(dense, problem);
    readVectors(job, sample, problem);
    x.set(sampleOf(arrays.x, sample, n));
    y.set(sampleOf(arrays.eqDual, sample, k));
    y.set(sampleOf(arrays.ineqDual, sample, m), k);
    clearEmptyRows(problem, isEmpty);
    residual[sample] = certificate.measure(problem, x, y, SINGLE);
    const at = sample * (m + k);
    rows.set(certificate.rows.subarray(k, k + general), at);
    rows.set(certificate.rows.subarray(0, k), at + general);
    rows.set(certificate.rows.subarray(k + general), at + general + k);
    columns.set(certificate.columns, sample * n);
  }
  return [
    {values: residual, shape: [batch], dtype: 'float32'},
    {values: rows, shape: [batch, m + k], dtype: 'float32'},
    {values: columns, shape: [batch, n], dtype: 'float32'},
  ];
}
