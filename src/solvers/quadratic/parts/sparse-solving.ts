/** @file How quadratic programs with sparse matrices are solved. It comes with `sparseMatrix`, so that a bundle without it has none of it. */
import {hasSparse, sparseAlgebra} from '../../../linalg/index.js';

let known: unknown = null;

/** Called where `sparseMatrix` is defined. */
export function registerSparseSolving(solving: object): void {
  known = solving;
}

/** What does with a problem that has a sparse matrix what its caller does with others; `null` if it has none. */
export function sparseSolvingFor<Solving>(problem: object, where: string): Solving | null {
  if (!hasSparse(problem)) return null;
  // It throws if there is nothing that computes with them.
  sparseAlgebra(where);
  return known as Solving;
}
