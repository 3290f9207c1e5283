/** @file The message of the solvers that take dense matrices only. */
import {see} from '../../../checks/index.js';
import {hasSparse, SparseMatrix} from '../../../linalg/index.js';

/** @throws If a matrix is sparse. */
export function refuseSparse(where: string, data: object): void {
  if (!hasSparse(data)) return;
  for (const [name, value] of Object.entries(data ?? {})) {
    if (!(value instanceof SparseMatrix)) continue;
    throw new Error(
      `${where} takes tensors, but ${name} is a sparse matrix: use solveQP or solveQPAsync, which have an interior-point method for it.` +
        see('sparse'),
    );
  }
}
