/**
 * @file The KKT system of a quadratic program, solved by the factors of a quasi-definite matrix and by refinement.
 *
 *     [ P   Cᵀ ] [ x ]   [ f ]
 *     [ C  −W  ] [ y ] = [ g ],      W diagonal, zero on "hard" rows, positive on "soft" ones.
 *
 * A small regularisation makes every factorisation succeed, and refinement against the system without regularisation removes its effect.
 * The factors are those of a dense condensed matrix (`condensed-system.ts`) or sparse (`sparse/sparse-kkt.ts`).
 */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ProblemMatrix, Products} from '../../contracts/problem-matrix.js';
import type {ReducedKkt} from '../../contracts/reduced-kkt.js';
import {CondensedSystem} from './condensed-system.js';
import type {DenseMatrix} from './dense-matrix.js';
import {maxAbs} from './vectors.js';

const MAX_REFINEMENTS = 12;
/** Rows with a w below this are stiff. */
const STIFF_W = 0.1;

export class KktSystem {
  readonly constraints: Products;
  /** Whether the option `penalise` of `factor` changes anything. */
  readonly penalises: boolean;
  /** The remainder of the right-hand side. */
  private readonly fx: Vector;
  private readonly gy: Vector;
  private readonly bestX: Vector;
  private readonly bestY: Vector;
  /** wᵢ, and 1, for rows that are not left out; else 0. */
  private readonly w: Vector;
  private readonly present: Vector;
  private readonly ones: Vector;
  private readonly zeros: Vector;
  /** P x of the latest solution whose residual was computed. */
  readonly Px: Vector;
  /** C x for the solution so far. */
  private readonly total: Vector;
  /**
   * Whether soft rows with a small w are also treated as hard rows with a W, because in H, 1/w would hide everything else. This is slower,
   * because the condensed system grows.
   */
  stiff = false;

  /** P is [n, n], and there are so many rows in C; call `readMatrices` when their entries have changed. */
  constructor(
    private readonly dense: DenseKernels,
    n: number,
    rows: number,
    private readonly P: ProblemMatrix,
    private readonly reduced: ReducedKkt,
  ) {
    this.constraints = reduced.constraints;
    this.penalises = reduced.penalises;
    this.total = dense.vector(rows);
    this.Px = dense.vector(n);
    this.fx = dense.vector(n);
    this.gy = dense.vector(rows);
    this.bestX = dense.vector(n);
    this.bestY = dense.vector(rows);
    this.w = dense.vector(rows);
    this.present = dense.vector(rows);
    this.ones = dense.vector(n).fill(1) as Vector;
    this.zeros = dense.vector(n);
  }

  /** Call this when P or C has changed. */
  readMatrices(): void {
    this.stiff = false;
    this.reduced.readMatrices();
  }

  /**
   * @param w W's diagonal; a row with w = 0 is hard, and a row with w = Infinity is left out (its y is 0).
   * @param delta The regularisation of both blocks.
   * @param pin Whether a hard row with only one entry may fix its variable.
   * @param penalise Whether hard rows, if there are many, may also be eliminated, as if w were PENALTY. This halves the work but needs a
   *   few more refinements. The residual of `solve` shows whether they were enough.
   * @param dependent Whether hard rows may depend on each other.
   * @returns Whether the factorisation succeeded.
   */
  factor(
    w: Float64Array,
    delta: number,
    options?: {pin?: boolean; penalise?: boolean; dependent?: boolean},
  ): boolean {
    const {present} = this;
    for (let i = 0; i < w.length; i++) {
      const absent = w[i] === Infinity;
      present[i] = absent ? 0 : 1;
      this.w[i] = absent ? 0 : w[i];
    }
    return this.reduced.factor(w, delta, this.stiff ? STIFF_W : 0, options);
  }

  /**
   * Solves the system for (f, g) into x and y, and refines until the residual is below `target` or no longer shrinks. With an infinite
   * target, the residual is not computed.
   *
   * @returns The residual relative to the right-hand side, in the ∞-norm.
   */
  solve(f: Vector, g: Vector, x: Vector, y: Vector, target: number): number {
    const {reduced, fx, gy, bestX, bestY, total} = this;
    x.fill(0);
    y.fill(0);
    total.fill(0);
    fx.set(f);
    gy.set(g);
    if (target === Infinity) {
      reduced.correct(x, y, fx, gy, total, false);
      return Infinity;
    }
    const scale = Math.max(maxAbs(f), maxAbs(g));
    if (scale === 0) {
      this.Px.fill(0);
      return 0;
    }
    let best = Infinity;
    for (let k = 0; k <= MAX_REFINEMENTS; k++) {
      reduced.correct(x, y, fx, gy, total);
      const size = this.residual(f, g, x, y) / scale;
      if (!(size < best)) {
        x.set(bestX);
        y.set(bestY);
        this.P.multiply(x, this.Px);
        break;
      }
      const stalled = size > 0.5 * best;
      best = size;
      if (stalled || size <= target) break;
      bestX.set(x);
      bestY.set(y);
    }
    return best;
  }

  /** Moves x exactly onto the hard rows with one entry. @param d The right-hand sides of the rows. */
  settle(x: Vector, d: Vector): void {
    this.reduced.settle?.(x, d);
  }

  /** fx, gy ← the residuals of the system without regularisation. @returns The largest magnitude, or NaN if an entry is NaN. */
  private residual(f: Vector, g: Vector, x: Vector, y: Vector): number {
    const {dense, P, Px, fx, gy, total, present, w, ones, zeros} = this;
    P.multiply(x, Px);
    fx.set(Px);
    this.constraints.addMultiplyTransposed(y, fx);
    return Math.max(dense.remainder(ones, f, fx, zeros, x, fx), dense.remainder(present, g, total, w, y, gy));
  }
}

/** The system of dense matrices. */
export function denseKkt(dense: DenseKernels, P: DenseMatrix, C: DenseMatrix): KktSystem {
  const [n, rows] = [P.rows, C.rows];
  return new KktSystem(dense, n, rows, P, new CondensedSystem(dense, n, rows, P.values, C.values, C.full));
}
