/** @file Solves a batch of sparse quadratic programs with the same pattern, and their KKT systems. */
import {sampleOf, type BatchJob, type BatchKernel} from '../../contracts/batch-kernel.js';
import {solverOf} from '../qp/kkt-batch.js';
import {asksForInfinity} from '../qp/presolve.js';
import {guessOf, store, type QPArrays} from '../qp/qp-batch.js';
import {INVALID} from '../qp/returned.js';
import {readVectors} from '../small-qp/small-batch.js';
import {sparseFactor} from './sparse-adjoint.js';
import {SparseReader, type MatrixValues} from './sparse-reader.js';
import {emptySparse, sparseSolver} from './sparse-solver.js';
import type {ProblemStructure} from './structure-of-problem.js';

/** Solves each sample. Q, G and A have the values of the entries, in the order of the structure. */
export function sparseBatch(structure: ProblemStructure): BatchKernel<QPArrays> {
  return {
    name: 'ImplicitSparseQP',
    start(dense, job) {
      const {arrays, parameters} = job;
      const {tolerance, maxIterations} = parameters;
      const solver = sparseSolver(dense, structure);
      const {problem} = solver;
      const reader = new SparseReader(dense, structure, problem);
      return (sample) => {
        const valid = reader.read(valuesOf(structure, job, sample));
        readVectors(job, sample, problem);
        if (!valid || !dense.isFinite(problem.q) || asksForInfinity(problem)) {
          arrays.status[sample] = INVALID;
          return;
        }
        const guess = parameters.guess ? guessOf(job, sample) : undefined;
        store(job, sample, solver.solve(tolerance, maxIterations, guess));
      };
    },
  };
}

/** Solves the KKT system of each sample on its active set; the arrays are those of the dense kernel. */
export function sparseKktBatch(
  structure: ProblemStructure,
): BatchKernel<'Q' | 'G' | 'A' | 'weight' | 'status' | 'right' | 'u' | 'residual'> {
  return {
    name: 'ImplicitSparseKKT',
    start(dense, job) {
      const {arrays, parameters} = job;
      const {m, k} = parameters;
      const problem = emptySparse(dense, structure);
      const reader = new SparseReader(dense, structure, problem);
      const factor = sparseFactor(dense, structure, problem);
      const solve = solverOf(arrays, parameters);
      const weight = new Float64Array(k + m).fill(1);
      return (sample) => {
        if (arrays.status[sample] !== 0) return;
        reader.readKnown(valuesOf(structure, job, sample));
        weight.set(sampleOf(arrays.weight, sample, m), k);
        dense.scope(() => {
          factor.factor(weight);
          solve(factor, sample);
        });
      };
    },
  };
}

/** The values of the matrices of one sample. */
export function valuesOf(
  {entries}: ProblemStructure,
  {arrays, parameters}: BatchJob<'Q' | 'G' | 'A'>,
  sample: number,
): MatrixValues {
  const {sharedQ, sharedG, sharedA} = parameters;
  return {
    Q: sampleOf(arrays.Q, sample, entries.Q.rows.length, sharedQ),
    G: sampleOf(arrays.G, sample, entries.G.rows.length, sharedG),
    A: sampleOf(arrays.A, sample, entries.A.rows.length, sharedA),
  };
}
