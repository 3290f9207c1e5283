/** @file The factor of a sparse quadratic program's KKT system on its active set, for gradients. */
import type {DenseKernels} from '../../contracts/dense.js';
import {KktFactor} from '../qp/adjoint.js';
import {KktSystem} from '../qp/kkt.js';
import type {LeastNorm} from '../qp/singular-system.js';
import type {Problem} from '../qp/types.js';
import {RegularisedLeastNorm} from './regularised-least-norm.js';
import {SparseKkt} from './sparse-kkt.js';
import {SparseMatrix} from './sparse-matrix.js';
import type {ProblemStructure} from './structure-of-problem.js';

/**
 * Valid as long as the scope of `dense` in which it is made.
 *
 * @param leastNorm What solves a singular system; by default, and for `null`, what does so for any KKT system.
 */
export function sparseFactor(
  dense: DenseKernels,
  structure: ProblemStructure,
  problem: Problem<SparseMatrix>,
  leastNorm?: (P: SparseMatrix, C: SparseMatrix, reduced: SparseKkt) => LeastNorm | null,
): KktFactor<SparseMatrix> {
  const {n, p, m, plan} = structure;
  const rows = p + m;
  const [P, C] = [new SparseMatrix(structure.P), new SparseMatrix(structure.C)];
  const reduced = new SparseKkt(dense, P, C, plan);
  const kkt = new KktSystem(dense, n, rows, P, reduced);
  const singular = leastNorm?.(P, C, reduced) ?? new RegularisedLeastNorm(dense, P, C, reduced, {n, rows});
  return new KktFactor(dense, problem, {P, C, kkt, singular});
}
