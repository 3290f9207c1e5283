/** @file The solver of sparse quadratic programs: that of dense ones, with sparse matrices and factors. */
import type {DenseKernels} from '../../contracts/dense.js';
import type {Digits} from '../qp/acceptance.js';
import {KktSystem} from '../qp/kkt.js';
import {QPSolver} from '../qp/solve.js';
import type {Problem} from '../qp/types.js';
import {SparseKkt} from './sparse-kkt.js';
import {SparseMatrix} from './sparse-matrix.js';
import {sparseRescue} from './sparse-rescue.js';
import type {ProblemStructure} from './structure-of-problem.js';

/**
 * The factors leave more rounding than dense ones, and nothing else helps with rows that depend on each other. A guess costs as much as
 * one or two iterations.
 */
const POLISHING = {
  keepsEqualities: true,
  refinements: 3,
  sizedBelow: 1e-13,
  steadiness: 0.02,
  hopeless: 1e-3,
};
/** A larger regularisation would hide rows that almost depend on each other, but some factors are only stable with it. */
const ATTEMPTS = [
  {delta: 1e-15, cost: 1, inexactness: 1e-5},
  {delta: 1e-15, cost: 1e-2},
  {delta: 1e-15, cost: 1e-6},
  {delta: 1e-11, cost: 1},
];

/** A problem of zeros with this structure. */
export function emptySparse(
  dense: DenseKernels,
  {n, p, m, P, C, sides}: ProblemStructure,
): Problem<SparseMatrix> {
  return {
    n,
    p,
    m,
    P: new SparseMatrix(P),
    q: dense.vector(n),
    C: new SparseMatrix(C),
    d: dense.vector(p + m),
    lift: 0,
    sides,
  };
}

/** Valid as long as the scope of `dense` in which it is made. */
export function sparseSolver(
  dense: DenseKernels,
  structure: ProblemStructure,
  digits?: Digits,
): QPSolver<SparseMatrix> {
  const problem = emptySparse(dense, structure);
  const scaled = emptySparse(dense, structure);
  const kkt = sparseSystem(dense, structure, scaled.P, scaled.C);
  const rescue = sparseRescue(dense, scaled);
  return new QPSolver(
    dense,
    {problem, scaled, kkt, rescue, polishing: POLISHING, attempts: ATTEMPTS, pulls: true},
    digits,
  );
}

/** The KKT system of matrices with this structure. */
export function sparseSystem(
  dense: DenseKernels,
  {n, p, m, plan}: ProblemStructure,
  P: SparseMatrix,
  C: SparseMatrix,
): KktSystem {
  return new KktSystem(dense, n, p + m, P, new SparseKkt(dense, P, C, plan));
}
