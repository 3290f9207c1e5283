/** @file Solves the KKT system of a quadratic program on its active set, with either transpose. */
import {minimumNormSolve, svd, type SVD} from '../svd.js';
import {equilibrateMatrices, type MatrixScaling} from './equilibrate.js';
import {KktSystem} from './kkt.js';
import {liftToSemidefinite, symmetrize} from './semidefinite.js';
import {type Problem} from './types.js';
import {addMultiplyTransposed} from './vectors.js';

/** Relative residual above which the regularised Cholesky route is taken to have met a singular system. */
const SINGULAR = 1e-9;
const DELTA = 1e-10;

/**
 * K u = v with
 *
 *     K = [ P     Cᵀ  ]      M = diag(weight),
 *         [ M C  M−I  ]
 *
 * the Jacobian of (P x + q + Cᵀy ; M (C x − d) − (I − M) y). Both it and its transpose reduce to the symmetric system
 * [P Cᵀ; C −W], W = (I − M)/M, over the rows whose weight is not zero. Where that is singular, the least-squares solution of least norm is returned (in
 * the norm of the equilibrated system).
 */
export class KktFactor {
  private readonly scaled: Problem;
  private readonly kkt: KktSystem;
  private readonly w: Float64Array;
  private readonly factored: boolean;
  private decomposition: {svd: SVD; rows: number[]} | null = null;

  /**
   * @param weight One entry a row of C, in [0, 1]: 1 where it holds with equality, 0 where it does not matter.
   * @param scaling That of the matrices, if it is known from another sample.
   */
  constructor(
    private readonly problem: Problem,
    private readonly weight: Float64Array,
    readonly scaling: MatrixScaling = equilibrateMatrices(problem),
  ) {
    const {n, P, C} = problem;
    const rows = weight.length;
    const {D, E} = scaling;
    // The same Q as the solver saw.
    const lifted = P.slice();
    symmetrize(lifted, n);
    liftToSemidefinite(lifted, n);
    this.scaled = {
      ...problem,
      P: scaleMatrix(lifted, D, D),
      C: scaleMatrix(C, E, D),
    };
    this.kkt = new KktSystem(n, rows, this.scaled.P, this.scaled.C);
    this.kkt.readMatrices();
    // Row i of the scaled system is E times the original's, its multiplier 1/E: W scales by E².
    this.w = weight.map((value, i) => (value > 0 ? ((1 - value) / value) * E[i] * E[i] : Infinity));
    this.factored = this.kkt.factor(this.w, DELTA);
  }

  /** u = (x part, y part) for v = (f, g). */
  solve(f: Float64Array, g: Float64Array, transpose: boolean): {x: Float64Array; y: Float64Array} {
    const {
      problem: {n, C},
      weight,
      scaling: {D, E},
    } = this;
    const rows = weight.length;
    const rhsX = f.slice();
    const y = new Float64Array(rows);
    if (!transpose) {
      // Rows of weight 0: yᵢ = −gᵢ, which then acts on the first block.
      const known = g.map((value, i) => (weight[i] > 0 ? 0 : value));
      addMultiplyTransposed(C, known, rhsX);
    }
    for (let j = 0; j < n; j++) rhsX[j] *= D[j];
    // The second block of K is M times the symmetric system's; that of Kᵀ has M on its unknowns instead.
    const rhsY = g.map((value, i) => (weight[i] > 0 ? (E[i] * value) / (transpose ? 1 : weight[i]) : 0));
    const x = new Float64Array(n);
    if (!this.factored || this.kkt.solve(rhsX, rhsY, x, y, this.w, 1e-15) > SINGULAR) {
      this.solveSingular(rhsX, rhsY, x, y);
    }
    for (let j = 0; j < n; j++) x[j] *= D[j];
    for (let i = 0; i < rows; i++) {
      if (weight[i] > 0) {
        y[i] *= E[i] / (transpose ? weight[i] : 1);
        continue;
      }
      let sum = -g[i];
      if (transpose) for (let j = 0; j < n; j++) sum += C[i * n + j] * x[j];
      y[i] = sum;
    }
    return {x, y};
  }

  private solveSingular(f: Float64Array, g: Float64Array, x: Float64Array, y: Float64Array): void {
    const {n, P, C} = this.scaled;
    if (!this.decomposition) {
      const rows = [...this.weight.keys()].filter((i) => this.weight[i] > 0);
      const size = n + rows.length;
      const K = new Float64Array(size * size);
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) K[i * size + j] = P[i * n + j];
      rows.forEach((row, k) => {
        K[(n + k) * size + n + k] = -this.w[row];
        for (let j = 0; j < n; j++) {
          K[(n + k) * size + j] = C[row * n + j];
          K[j * size + n + k] = C[row * n + j];
        }
      });
      this.decomposition = {svd: svd(K, size), rows};
    }
    const {rows, svd: factors} = this.decomposition;
    const rhs = new Float64Array(n + rows.length);
    rhs.set(f);
    rows.forEach((row, k) => (rhs[n + k] = g[row]));
    const u = minimumNormSolve(factors, rhs);
    x.set(u.subarray(0, n));
    y.fill(0);
    rows.forEach((row, k) => (y[row] = u[n + k]));
  }
}

/** diag(left) M diag(right). */
function scaleMatrix(M: Float64Array, left: Float64Array, right: Float64Array): Float64Array {
  const scaled = new Float64Array(M.length);
  const n = right.length;
  for (let i = 0; i < left.length; i++) {
    for (let j = 0; j < n; j++) scaled[i * n + j] = left[i] * M[i * n + j] * right[j];
  }
  return scaled;
}
