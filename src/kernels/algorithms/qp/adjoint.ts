/** @file Solves the KKT system of a quadratic program on its active set, or the transposed system. */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import {minimumNormSolve, svd, type SVD} from '../linalg/svd.js';
import {equilibrateMatrices} from './equilibrate.js';
import {addLift} from './scale-problem.js';
import {scalingRoom, type MatrixScaling, type ScalingRoom} from './scaling.js';
import {KktSystem} from './kkt.js';
import type {Problem} from './types.js';
import {maxAbs} from './vectors.js';

/** If the relative residual of the regularised Cholesky method is above this, the system counts as singular. */
const SINGULAR = 1e-9;
const DELTA = 1e-10;
/** The largest residual of a linear system that counts as solved, and the target residual. */
const EXACT = 1e-12;
const TARGET = 1e-13;

/**
 * K u = v with
 *
 *     K = [ P     Cᵀ  ]      M = diag(weight),
 *         [ M C  M−I  ]
 *
 * the Jacobian of (P x + q + Cᵀy ; M (C x − d) − (I − M) y). Both K and its transpose reduce to the symmetric system [P Cᵀ; C −W], W = (I −
 * M)/M, over the rows whose weight is not zero. If that system is singular, the result is the least-squares solution of least norm (in the
 * norm of the equilibrated system).
 */
export class KktFactor {
  private readonly rows: number;
  private readonly P: Vector;
  private readonly C: Vector;
  private readonly kkt: KktSystem;
  private readonly w: Vector;
  private readonly f: Vector;
  private readonly g: Vector;
  /** The solution, written by `solve`. */
  readonly x: Vector;
  readonly y: Vector;
  private readonly image: Vector;
  /** Whether the first factorisation succeeded. */
  private quick = false;
  private decomposition: {svd: SVD; rows: number[]} | null = null;
  private weight: Float64Array = new Float64Array(0);
  private readonly room: ScalingRoom;
  private scaling: MatrixScaling;

  /** @param problem `factor` reads its matrices. */
  constructor(
    private readonly dense: DenseKernels,
    private readonly problem: Problem,
  ) {
    const {n, p, m} = problem;
    const rows = p + m;
    this.rows = rows;
    this.room = scalingRoom(dense, problem);
    this.scaling = this.room;
    this.P = dense.vector(n * n);
    this.C = dense.vector(rows * n);
    this.kkt = new KktSystem(dense, n, rows, this.P, this.C);
    this.w = dense.vector(rows);
    this.f = dense.vector(n);
    this.g = dense.vector(rows);
    this.x = dense.vector(n);
    this.y = dense.vector(rows);
    this.image = dense.vector(rows);
  }

  /**
   * @param weight One entry per row of C, in [0, 1]: 1 if the row holds with equality, 0 if it does not matter.
   * @param scaling The scaling of the matrices, if another sample has already computed it.
   */
  factor(
    weight: Float64Array,
    scaling: MatrixScaling = equilibrateMatrices(this.dense, this.problem, this.room),
  ): void {
    const {dense, problem, rows, w} = this;
    const {
      n,
      P: {values: P},
      C: {values: C},
    } = problem;
    const {D, E} = scaling;
    this.weight = weight;
    this.scaling = scaling;
    this.decomposition = null;
    dense.scale(P, n, n, D, D, this.P);
    addLift(this.P, n, problem.lift);
    dense.scale(C, rows, n, E, D, this.C);
    this.kkt.readMatrices();
    // Row i of the scaled system is E times the original row, and its multiplier is 1/E times the original, so W scales by E².
    for (let i = 0; i < rows; i++) {
      w[i] = weight[i] > 0 ? ((1 - weight[i]) / weight[i]) * E[i] * E[i] : Infinity;
    }
    this.quick = this.kkt.factor(w, DELTA, {penalise: true});
  }

  /**
   * Writes u = (x, y) for v = (right, rightY) to `this.x` and `this.y`.
   *
   * @returns The residual of the equilibrated system, relative to its right-hand side.
   */
  solve(right: Float64Array, rightY: Float64Array, transpose: boolean): number {
    const {dense, problem, rows, weight, w, f, g, x, y, image} = this;
    const {
      n,
      C: {values: C},
    } = problem;
    const {D, E} = this.scaling;
    f.set(right);
    if (!transpose) {
      // Rows of weight 0: yᵢ = −gᵢ, which then acts on the first block.
      for (let i = 0; i < rows; i++) y[i] = weight[i] > 0 ? 0 : rightY[i];
      dense.addMultiplyTransposed(C, rows, n, n, y, f);
    }
    for (let j = 0; j < n; j++) f[j] *= D[j];
    // The second block row of K is M times the one of the symmetric system. In Kᵀ, M multiplies the unknowns instead.
    for (let i = 0; i < rows; i++) {
      g[i] = weight[i] > 0 ? (E[i] * rightY[i]) / (transpose ? 1 : weight[i]) : 0;
    }
    let residual = this.quick ? this.kkt.solve(f, g, x, y, TARGET) : Infinity;
    if (residual > EXACT) {
      // Active rows that are almost dependent need the slow factorisation.
      residual = this.kkt.factor(w, DELTA) ? this.kkt.solve(f, g, x, y, TARGET) : Infinity;
    }
    if (residual > SINGULAR) residual = this.solveSingular();
    for (let j = 0; j < n; j++) x[j] *= D[j];
    if (transpose) dense.multiply(C, rows, n, n, x, image);
    for (let i = 0; i < rows; i++) {
      if (weight[i] > 0) y[i] *= E[i] / (transpose ? weight[i] : 1);
      else y[i] = (transpose ? image[i] : 0) - rightY[i];
    }
    return residual;
  }

  private solveSingular(): number {
    const {problem, rows: count, weight, w, f, g, x, y, P, C} = this;
    const {n} = problem;
    if (!this.decomposition) {
      const rows = Array.from({length: count}, (_, i) => i).filter((i) => weight[i] > 0);
      const size = n + rows.length;
      const K = new Float64Array(size * size);
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) K[i * size + j] = P[i * n + j];
      rows.forEach((row, k) => {
        K[(n + k) * size + n + k] = -w[row];
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
    return this.residual(rows);
  }

  /** ‖K u − v‖∞ / ‖v‖∞ over the rows that matter. It is not zero if the system is singular and has no solution. */
  private residual(active: number[]): number {
    const {dense, problem, rows, w, f, g, x, y, P, C, image} = this;
    const {n} = problem;
    return dense.scope(() => {
      const first = dense.vector(n);
      dense.multiply(P, n, n, n, x, first);
      dense.addMultiplyTransposed(C, rows, n, n, y, first);
      dense.multiply(C, rows, n, n, x, image);
      const largest = Math.max(
        ...first.map((value, j) => Math.abs(value - f[j])),
        ...active.map((i) => Math.abs(image[i] - w[i] * y[i] - g[i])),
      );
      return largest === 0 ? 0 : largest / Math.max(maxAbs(f), maxAbs(g));
    });
  }
}
