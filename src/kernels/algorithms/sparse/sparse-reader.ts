/** @file Reads the matrices of a sparse quadratic program, and tests whether they make sense. */
import {ASYMMETRY, LIFTS} from '../../contracts/qp-limits.js';
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import {sparseFactors, sparseKernels} from '../../twins/current-sparse.js';
import type {Problem} from '../qp/types.js';
import {maxAbs} from '../qp/vectors.js';
import type {SparseMatrix} from './sparse-matrix.js';
import type {ProblemStructure} from './structure-of-problem.js';

/** The numbers of the entries of Q, G and A of one problem. */
export type MatrixValues = Record<'Q' | 'G' | 'A', ArrayLike<number>>;

export class SparseReader {
  private readonly direct: Float64Array;

  constructor(
    private readonly dense: DenseKernels,
    private readonly structure: ProblemStructure,
    private readonly problem: Problem<SparseMatrix>,
  ) {
    this.direct = new Float64Array(structure.P.columns.length);
  }

  /**
   * Fills in P, exactly symmetric; `lift`, by which its diagonal must grow for P to be semidefinite; and C.
   *
   * @returns Whether the matrices are finite and Q is symmetric and semidefinite.
   */
  read(values: MatrixValues): boolean {
    const {problem} = this;
    this.readConstraints(values);
    problem.lift = 0;
    if (!this.readSymmetric(values.Q) || !problem.C.isFinite()) return false;
    const lift = this.liftOf(problem.P);
    problem.lift = lift ?? 0;
    return lift !== null;
  }

  /** Without a test, for matrices that have been solved with. */
  readKnown(values: MatrixValues): void {
    this.readConstraints(values);
    this.readSymmetric(values.Q);
    this.problem.lift = this.liftOf(this.problem.P) ?? 0;
  }

  private readConstraints({G, A}: MatrixValues): void {
    const {placesOfC, n, sides} = this.structure;
    const {C} = this.problem;
    C.values.fill(0);
    for (let e = 0; e < A.length; e++) C.values[placesOfC[e]] += A[e];
    for (let e = 0; e < G.length; e++) C.values[placesOfC[A.length + e]] += G[e];
    const first = A.length + G.length;
    const upper = first + (sides & 1 ? n : 0);
    for (let e = first; e < placesOfC.length; e++) C.values[placesOfC[e]] = e < upper ? -1 : 1;
  }

  /** P ← ½(Q + Qᵀ). @returns Whether Q is finite and symmetric up to f32 rounding. */
  private readSymmetric(Q: ArrayLike<number>): boolean {
    const {direct} = this;
    const {placesOfQ, mirror} = this.structure;
    const {values: P} = this.problem.P;
    direct.fill(0);
    for (let e = 0; e < Q.length; e++) direct[placesOfQ[e]] += Q[e];
    let difference = 0;
    for (let e = 0; e < P.length; e++) {
      P[e] = 0.5 * (direct[e] + direct[mirror[e]]);
      difference = Math.max(difference, Math.abs(direct[e] - direct[mirror[e]]));
    }
    return difference === 0 || difference <= ASYMMETRY * maxAbs(P);
  }

  /**
   * By how much the diagonal of P must grow, relative to each of its entries, for P to be positive semidefinite: zero, or up to 1e-6, or
   * `null` if that is not enough. Each variable is judged in its own units.
   */
  private liftOf(P: SparseMatrix): number | null {
    const {dense, structure} = this;
    const {n} = structure;
    const {starts, columns} = P.pattern;
    const units = new Float64Array(n);
    P.diagonal(units);
    for (let j = 0; j < n; j++) units[j] = units[j] > 0 ? 1 / Math.sqrt(units[j]) : 0;
    let isDiagonal = true;
    for (let i = 0; i < n; i++) {
      for (let e = starts[i]; e < starts[i + 1]; e++) {
        if (P.values[e] === 0) continue;
        // If a variable has no curvature of its own, or a negative one, its row must be zero.
        if (units[i] === 0) return null;
        isDiagonal &&= columns[e] === i;
      }
    }
    if (isDiagonal) return 0;
    return dense.scope(() => {
      const plan = structure.planOfP;
      const factors = sparseFactors(dense, plan);
      const kernels = sparseKernels(dense);
      const entries: Vector = dense.vector(plan.sources.length);
      let end = 0;
      for (let i = 0; i < n; i++) {
        for (let e = starts[i]; e < starts[i + 1]; e++) {
          if (columns[e] >= i) entries[end++] = units[i] * P.values[e] * units[columns[e]];
        }
      }
      for (const lift of LIFTS) {
        // A variable without curvature gets some of its own, which nothing else sees.
        for (let i = 0; i < n; i++) entries[end + i] = units[i] === 0 ? 1 : lift;
        if (kernels.factor(factors, entries, 0, 1) === 0) return lift > LIFTS[0] ? lift : 0;
      }
      return null;
    });
  }
}
