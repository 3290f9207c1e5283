/**
 * @file Systems with a sparse square matrix, in double precision: factored once, and solved with the matrix and with its transpose.
 *
 * A general matrix is the one of the constraints in the KKT system
 *
 *     [ 0  Aᵀ ] [ x ]   [ f ]
 *     [ A  0  ] [ y ] = [ g ],
 *
 * so its factors solve A x = g and Aᵀy = f. They are those of the quasi-definite matrix with a small regularisation, whose effect refinement
 * removes (Vanderbei 1995, "Symmetric quasidefinite matrices", SIAM J. Optim. 5(1)). A positive definite matrix takes the place of the
 * curvature, and the system has no constraints.
 */
import type {DenseKernels} from '../../contracts/dense.js';
import type {KktFactor} from '../qp/adjoint.js';
import type {Problem} from '../qp/types.js';
import {IteratedTikhonov} from './iterated-tikhonov.js';
import {sparseFactor} from './sparse-adjoint.js';
import type {SparseMatrix} from './sparse-matrix.js';
import {SparseReader} from './sparse-reader.js';
import {emptySparse} from './sparse-solver.js';
import type {Entries, ProblemEntries, ProblemStructure} from './structure-of-problem.js';

/** How a matrix [n, n] stands in the KKT system. */
export function squareEntries(
  n: number,
  entries: Entries,
  none: Entries,
  isDefinite: boolean,
): ProblemEntries {
  return isDefinite
    ? {n, m: 0, k: 0, Q: entries, G: none, A: none}
    : {n, m: 0, k: n, Q: none, G: none, A: entries};
}

export class SquareSystem {
  private readonly problem: Problem<SparseMatrix>;
  private readonly reader: SparseReader;
  private readonly factors: KktFactor<SparseMatrix>;
  private readonly ones: Float64Array;
  private readonly none: Float64Array;
  private readonly zeros: Float64Array;

  /** Valid as long as the scope of `dense` in which it is made. @param structure Of `squareEntries`. */
  constructor(
    dense: DenseKernels,
    private readonly structure: ProblemStructure,
  ) {
    const {n, p} = structure;
    this.problem = emptySparse(dense, structure);
    this.reader = new SparseReader(dense, structure, this.problem);
    this.factors = sparseFactor(dense, structure, this.problem, (_P, C, reduced) =>
      p > 0 ? new IteratedTikhonov(dense, C, reduced, n) : null,
    );
    this.ones = new Float64Array(p).fill(1);
    this.none = new Float64Array(p);
    this.zeros = new Float64Array(n);
  }

  /** Whether the latest solve has found that the matrix is singular: the solution is then one of least squares. */
  get isSingular(): boolean {
    return this.factors.isSingular;
  }

  /**
   * Factors the matrix with these entries.
   *
   * @returns Whether it could be one: a definite matrix must be symmetric and must have no negative eigenvalue.
   */
  factor(values: ArrayLike<number>): boolean {
    const {structure, problem, reader, factors} = this;
    const isDefinite = structure.p === 0;
    const none: number[] = [];
    const isValid = reader.read(isDefinite ? {Q: values, G: none, A: none} : {Q: none, G: none, A: values});
    if (!isValid || problem.lift > 0) return false;
    factors.factor(this.ones);
    return true;
  }

  /**
   * Writes x with A x = b, or Aᵀx = b.
   *
   * @returns The residual of the equilibrated system, relative to its right-hand side.
   */
  solve(b: Float64Array, transpose: boolean, x: Float64Array): number {
    const {factors, structure, zeros, none} = this;
    const isBelow = structure.p > 0 && !transpose;
    const residual = isBelow ? factors.solve(zeros, b, false) : factors.solve(b, none, false);
    x.set(structure.p > 0 && transpose ? factors.y : factors.x);
    return residual;
  }
}
