/** @file The kernel 'ImplicitSparseCertify': how far points are from solving quadratic programs with sparse matrices, row by row. */
import * as tf from '@tensorflow/tfjs-core';
import {Certificate} from '../algorithms/qp/certificate.js';
import {equilibrateMatrices} from '../algorithms/qp/equilibrate.js';
import {clearEmptyRows} from '../algorithms/qp/presolve.js';
import {readVectors} from '../algorithms/small-qp/small-batch.js';
import {valuesOf} from '../algorithms/sparse/sparse-batch.js';
import {SparseReader} from '../algorithms/sparse/sparse-reader.js';
import {emptySparse} from '../algorithms/sparse/sparse-solver.js';
import type {ProblemStructure} from '../algorithms/sparse/structure-of-problem.js';
import {registerHostKernel} from '../backends/host-kernel.js';
import {sampleOf} from '../contracts/batch-kernel.js';
import {SINGLE} from '../contracts/qp-limits.js';
import {zerosLike, type Floats} from '../contracts/vectors.js';
import {kernelsFor, type SparseTensors} from './sparse-qp.js';

const CERTIFY = 'ImplicitSparseCertify';

/** A quadratic program's tensors, and a point: x [B, n], ineqDual [B, m], eqDual [B, k]. */
export type CertifiedSparse = SparseTensors & Record<'x' | 'ineqDual' | 'eqDual', tf.Tensor>;

/** The quotients of each sample: `residual` [B], `rows` [B, m + k] with the inequalities first and the bounds last, `columns` [B, n]. */
export function runSparseCertify(
  structure: ProblemStructure,
  tensors: CertifiedSparse,
): {residual: tf.Tensor1D; rows: tf.Tensor2D; columns: tf.Tensor2D} {
  const attributes = {structure: structure as unknown as tf.NamedAttrMap[string]};
  const [residual, rows, columns] = tf
    .engine()
    .runKernel(CERTIFY, tensors as unknown as tf.NamedTensorMap, attributes) as unknown as tf.Tensor[];
  return {residual: residual as tf.Tensor1D, rows: rows as tf.Tensor2D, columns: columns as tf.Tensor2D};
}

registerHostKernel<keyof CertifiedSparse>(CERTIFY, (inputs, attributes) => {
  const structure = attributes.structure as ProblemStructure;
  const {n, m, p: k, sides} = structure;
  const {m: general} = structure.entries;
  const [batch] = inputs.p.shape;
  const names = Object.keys(inputs) as (keyof CertifiedSparse)[];
  const arrays = Object.fromEntries(names.map((name) => [name, inputs[name].single])) as Record<
    keyof CertifiedSparse,
    Floats
  >;
  const shared = Object.fromEntries(
    names.map((name) => [`shared${name}`, Number(inputs[name].shape[0] < batch)]),
  );
  const job = {arrays, parameters: {n, m, k, sides, ...shared}};
  const residual = zerosLike(arrays.p, batch);
  const rows = zerosLike(arrays.p, batch * (m + k));
  const columns = zerosLike(arrays.p, batch * n);
  const dense = kernelsFor(structure);
  dense.scope(() => {
    const problem = emptySparse(dense, structure);
    const reader = new SparseReader(dense, structure, problem);
    const certificate = new Certificate(dense, problem);
    const [x, y] = [dense.vector(n), dense.vector(k + m)];
    for (let sample = 0; sample < batch; sample++) {
      reader.readKnown(valuesOf(structure, job, sample));
      readVectors(job, sample, problem);
      x.set(sampleOf(arrays.x, sample, n));
      y.set(sampleOf(arrays.eqDual, sample, k));
      y.set(sampleOf(arrays.ineqDual, sample, m), k);
      clearEmptyRows(problem, equilibrateMatrices(dense, problem).isEmpty);
      residual[sample] = certificate.measure(problem, x, y, SINGLE);
      const at = sample * (m + k);
      rows.set(certificate.rows.subarray(k, k + general), at);
      rows.set(certificate.rows.subarray(0, k), at + general);
      rows.set(certificate.rows.subarray(k + general), at + general + k);
      columns.set(certificate.columns, sample * n);
    }
  });
  return [
    {values: residual, shape: [batch], dtype: 'float32'},
    {values: rows, shape: [batch, m + k], dtype: 'float32'},
    {values: columns, shape: [batch, n], dtype: 'float32'},
  ];
});
