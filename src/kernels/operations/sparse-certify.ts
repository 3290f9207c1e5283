/** @file The kernel 'ImplicitSparseCertify': how far points are from solving quadratic programs with sparse matrices, row by row. */
import type * as tf from '@tensorflow/tfjs-core';
import {valuesOf} from '../algorithms/sparse/sparse-batch.js';
import {SparseReader} from '../algorithms/sparse/sparse-reader.js';
import {emptySparse} from '../algorithms/sparse/sparse-solver.js';
import type {ProblemStructure} from '../algorithms/sparse/structure-of-problem.js';
import {registerHostKernel} from '../backends/host-kernel.js';
import {certifyJob, certifySamples, runCertify, type Quotients} from './certify-samples.js';
import {kernelsFor, type SparseTensors} from './sparse-qp.js';

const CERTIFY = 'ImplicitSparseCertify';

/** A quadratic program's tensors, and a point: x [B, n], ineqDual [B, m], eqDual [B, k]. */
export type CertifiedSparse = SparseTensors & Record<'x' | 'ineqDual' | 'eqDual', tf.Tensor>;

/** The quotients of the points of a batch. */
export function runSparseCertify(structure: ProblemStructure, tensors: CertifiedSparse): Quotients {
  return runCertify(CERTIFY, tensors, {structure});
}

registerHostKernel<keyof CertifiedSparse>(CERTIFY, (inputs, attributes) => {
  const structure = attributes.structure as ProblemStructure;
  const {n, m, p: k, sides} = structure;
  const sizes = {batch: inputs.p.shape[0], n, m, k, general: structure.entries.m, sides};
  const job = certifyJob(inputs, sizes);
  const dense = kernelsFor(structure);
  return dense.scope(() => {
    const problem = emptySparse(dense, structure);
    const reader = new SparseReader(dense, structure, problem);
    return certifySamples(dense, problem, job, sizes, (sample) => {
      reader.readKnown(valuesOf(structure, job, sample));
      return null;
    });
  });
});
