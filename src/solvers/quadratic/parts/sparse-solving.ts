/** @file How quadratic programs with sparse matrices are solved. It comes with `sparseMatrix`, so that a bundle without it has none of it. */
import {hasSparse, sparseAlgebra} from '../../../linalg/index.js';
import type {AsyncOptions} from '../../iteration/in-slices.js';
import type {QPInput} from '../qp-input.js';
import type {QPCertificate, QPPoint} from '../certify.js';
import type {QPResult, SolveQPOptions} from '../solve-qp.js';

export interface SparseSolving {
  solve(problem: QPInput, options: SolveQPOptions): QPResult;
  solveAsync(problem: QPInput, options: SolveQPOptions, following: AsyncOptions): Promise<QPResult>;
  certify(problem: QPInput, result: QPPoint): QPCertificate;
}

let known: SparseSolving | null = null;

/** Called where `sparseMatrix` is defined. */
export function registerSparseSolving(solving: SparseSolving): void {
  known = solving;
}

/** What solves a problem with a sparse matrix in it; `null` if there is none. */
export function sparseSolvingFor(problem: object, where: string): SparseSolving | null {
  if (!hasSparse(problem)) return null;
  // It throws if there is nothing that computes with them.
  sparseAlgebra(where);
  return known;
}
