/** @file Solves the KKT system of a quadratic program on its active set, or the transposed system. */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';
import {equilibrateMatrices} from './equilibrate.js';
import {DenseMatrix} from './dense-matrix.js';
import {scalingRoom, type MatrixScaling, type ScalingRoom} from './scaling.js';
import {denseKkt, type KktSystem} from './kkt.js';
import {SingularSystem, type LeastNorm} from './singular-system.js';
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
export class KktFactor<Matrix extends ProblemMatrix = DenseMatrix> {
  private readonly rows: number;
  private readonly w: Vector;
  private readonly f: Vector;
  private readonly g: Vector;
  /** The solution, written by `solve`. */
  readonly x: Vector;
  readonly y: Vector;
  /** Whether the system counts as singular, as far as the latest `solve` has seen. */
  isSingular = false;
  private readonly image: Vector;
  private readonly first: Vector;
  /** Whether the first factorisation succeeded. */
  private quick = false;
  private weight: Float64Array = new Float64Array(0);
  private readonly room: ScalingRoom;
  private scaling: MatrixScaling;

  /** @param problem `factor` reads its matrices. */
  constructor(
    private readonly dense: DenseKernels,
    private readonly problem: Problem<Matrix>,
    private readonly system: AdjointSystem<Matrix>,
  ) {
    const {n, p, m} = problem;
    const rows = p + m;
    this.rows = rows;
    this.room = scalingRoom(dense, problem);
    this.scaling = this.room;
    this.w = dense.vector(rows);
    this.f = dense.vector(n);
    this.g = dense.vector(rows);
    this.x = dense.vector(n);
    this.y = dense.vector(rows);
    this.image = dense.vector(rows);
    this.first = dense.vector(n);
  }

  /**
   * @param weight One entry per row of C, in [0, 1]: 1 if the row holds with equality, 0 if it does not matter.
   * @param scaling The scaling of the matrices, if another sample has already computed it.
   */
  factor(
    weight: Float64Array,
    scaling: MatrixScaling = equilibrateMatrices(this.dense, this.problem, this.room),
  ): void {
    const {problem, rows, w} = this;
    const {P, C, kkt, singular} = this.system;
    const {D, E} = scaling;
    this.weight = weight;
    this.scaling = scaling;
    singular.forget();
    problem.P.scale(D, D, P);
    if (problem.lift > 0) P.growDiagonal(problem.lift);
    problem.C.scale(E, D, C);
    kkt.readMatrices();
    // Row i of the scaled system is E times the original row, and its multiplier is 1/E times the original, so W scales by E².
    for (let i = 0; i < rows; i++) {
      w[i] = weight[i] > 0 ? ((1 - weight[i]) / weight[i]) * E[i] * E[i] : Infinity;
    }
    this.quick = kkt.factor(w, DELTA, {penalise: true, dependent: true});
  }

  /**
   * Writes u = (x, y) for v = (right, rightY) to `this.x` and `this.y`.
   *
   * @returns The residual of the equilibrated system, relative to its right-hand side.
   */
  solve(right: Float64Array, rightY: Float64Array, transpose: boolean): number {
    const {problem, rows, weight, w, f, g, x, y, image} = this;
    const {n, C} = problem;
    const {kkt} = this.system;
    const {D, E} = this.scaling;
    f.set(right);
    if (!transpose) {
      // Rows of weight 0: yᵢ = −gᵢ, which then acts on the first block.
      for (let i = 0; i < rows; i++) y[i] = weight[i] > 0 ? 0 : rightY[i];
      C.addMultiplyTransposed(y, f);
    }
    for (let j = 0; j < n; j++) f[j] *= D[j];
    // The second block row of K is M times the one of the symmetric system. In Kᵀ, M multiplies the unknowns instead.
    for (let i = 0; i < rows; i++) {
      g[i] = weight[i] > 0 ? (E[i] * rightY[i]) / (transpose ? 1 : weight[i]) : 0;
    }
    let residual = this.quick ? kkt.solve(f, g, x, y, TARGET) : Infinity;
    if (residual > EXACT) {
      // Active rows that are almost dependent need the slow factorisation.
      residual = kkt.factor(w, DELTA, {dependent: true}) ? kkt.solve(f, g, x, y, TARGET) : Infinity;
    }
    this.isSingular = !(residual <= SINGULAR);
    if (this.isSingular) residual = this.solveSingular();
    for (let j = 0; j < n; j++) x[j] *= D[j];
    if (transpose) C.multiply(x, image);
    for (let i = 0; i < rows; i++) {
      if (weight[i] > 0) y[i] *= E[i] / (transpose ? weight[i] : 1);
      else y[i] = (transpose ? image[i] : 0) - rightY[i];
    }
    return residual;
  }

  private solveSingular(): number {
    const {w, f, g, x, y} = this;
    this.system.singular.solve(w, f, g, x, y);
    return this.residual();
  }

  /** ‖K u − v‖∞ / ‖v‖∞ over the rows that matter. It is not zero if the system is singular and has no solution. */
  private residual(): number {
    const {w, f, g, x, y, image, first} = this;
    const {P, C} = this.system;
    P.multiply(x, first);
    C.addMultiplyTransposed(y, first);
    C.multiply(x, image);
    let largest = 0;
    for (let j = 0; j < f.length; j++) largest = Math.max(largest, Math.abs(first[j] - f[j]));
    for (let i = 0; i < g.length; i++) {
      if (w[i] < Infinity) largest = Math.max(largest, Math.abs(image[i] - w[i] * y[i] - g[i]));
    }
    return largest === 0 ? 0 : largest / Math.max(maxAbs(f), maxAbs(g));
  }
}

/** What `KktFactor` works with: room for the scaled matrices, their system, and what to do if it is singular. */
export interface AdjointSystem<Matrix extends ProblemMatrix> {
  P: Matrix;
  C: Matrix;
  kkt: KktSystem;
  singular: LeastNorm;
}

/** The factor of a dense problem. */
export function denseFactor(dense: DenseKernels, problem: Problem): KktFactor {
  const {n, p, m, sides} = problem;
  const P = new DenseMatrix(dense, n, n);
  const C = new DenseMatrix(dense, p + m, n, undefined, sides);
  const singular = new SingularSystem(n, P.values, C.values);
  return new KktFactor(dense, problem, {P, C, kkt: denseKkt(dense, P, C), singular});
}
