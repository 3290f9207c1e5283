/** @file The kernel 'ImplicitSparseCertify': how far points are from solving quadratic programs with sparse matrices, row by row. */
import * as tf from '@tensorflow/tfjs-core';
import {Certificate} from '../algorithms/qp/certificate.js';
import {equilibrateMatrices} from '../algorithms/qp/equilibrate.js';
import {clearEmptyRows} from '../algorithms/qp/presolve.js';
import {valuesOf} from '../algorithms/sparse/sparse-batch.js';
import {SparseReader} from '../algorithms/sparse/sparse-reader.js';
import {emptySparse} from '../algorithms/sparse/sparse-solver.js';
import type {ProblemStructure} from '../algorithms/sparse/structure-of-problem.js';
import {registerHostKernel, type HostInput} from '../backends/host-kernel.js';
import {sampleOf} from '../contracts/batch-kernel.js';
import {SINGLE} from '../contracts/qp-limits.js';
import {zerosLike} from '../contracts/vectors.js';
import {kernelsFor, type SparseTensors} from './sparse-qp.js';

const CERTIFY = 'ImplicitSparseCertify';

/** A quadratic program's tensors, and a point: x [B, n], ineqDual [B, m], eqDual [B, k]. */
export type CertifiedSparse = SparseTensors & Record<'x' | 'ineqDual' | 'eqDual', tf.Tensor>;

/** The quotients of each sample: `residual` [B], `rows` [B, m + k] with the inequalities first, `columns` [B, n]. */
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
  const {n, m, p: k} = structure;
  const [batch] = inputs.p.shape;
  const {Q, p, G, h, A, b, x: points, ineqDual, eqDual} = inputs;
  const arrays = {Q: Q.single, G: G.single, A: A.single};
  const [cost, bounds, sides] = [p.single, h.single, b.single];
  const [at, lambda, nu] = [points.single, ineqDual.single, eqDual.single];
  const shared = (input: HostInput) => Number(input.shape[0] < batch);
  const parameters = {sharedQ: shared(Q), sharedG: shared(G), sharedA: shared(A)};
  const residual = zerosLike(cost, batch);
  const rows = zerosLike(cost, batch * (m + k));
  const columns = zerosLike(cost, batch * n);
  const dense = kernelsFor(structure);
  dense.scope(() => {
    const problem = emptySparse(dense, structure);
    const reader = new SparseReader(dense, structure, problem);
    const certificate = new Certificate(dense, problem);
    const [x, y] = [dense.vector(n), dense.vector(k + m)];
    for (let sample = 0; sample < batch; sample++) {
      reader.readKnown(valuesOf(structure, {arrays, parameters}, sample));
      problem.q.set(sampleOf(cost, sample, n));
      problem.d.set(sampleOf(sides, sample, k, shared(b)));
      problem.d.set(sampleOf(bounds, sample, m, shared(h)), k);
      x.set(sampleOf(at, sample, n));
      y.set(sampleOf(nu, sample, k));
      y.set(sampleOf(lambda, sample, m), k);
      clearEmptyRows(problem, equilibrateMatrices(dense, problem).isEmpty);
      residual[sample] = certificate.measure(problem, x, y, SINGLE);
      rows.set(certificate.rows.subarray(k), sample * (m + k));
      rows.set(certificate.rows.subarray(0, k), sample * (m + k) + m);
      columns.set(certificate.columns, sample * n);
    }
  });
  return [
    {values: residual, shape: [batch], dtype: 'float32'},
    {values: rows, shape: [batch, m + k], dtype: 'float32'},
    {values: columns, shape: [batch, n], dtype: 'float32'},
  ];
});
