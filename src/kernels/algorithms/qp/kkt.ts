/**
 * @file The KKT system of a quadratic program, condensed to a quasi-definite system in x and the "hard" rows.
 *
 *     [ P   Cᵀ ] [ x ]   [ f ]
 *     [ C  −W  ] [ y ] = [ g ],      W diagonal, zero on "hard" rows, positive on "soft" ones.
 *
 * Soft rows are eliminated into H = P + Σ cᵢcᵢᵀ/wᵢ. Hard rows are added to H as well, with weight RHO, which changes nothing at a solution
 * and makes H definite if the system is regular. The remaining matrix, [H C_hᵀ; C_h −W_h], has a Cholesky factorisation with signs. A small
 * regularisation makes every factorisation succeed, and refinement against the system without regularisation removes its effect. (The
 * matrix is in `condensed-system.ts`, and the refinement is here.)
 */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import {CondensedSystem} from './condensed-system.js';
import {ConstraintRows} from './constraint-rows.js';
import {maxAbs} from './vectors.js';

const MAX_REFINEMENTS = 12;
/** Rows with a w below this are stiff. */
const STIFF_W = 0.1;

export class KktSystem {
  readonly constraints: ConstraintRows;
  private readonly condensed: CondensedSystem;
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

  /** P is [n, n], C is [rows, n]; call `readMatrices` when their entries have changed. */
  constructor(
    private readonly dense: DenseKernels,
    private readonly n: number,
    rows: number,
    private readonly P: Vector,
    C: Vector,
  ) {
    this.constraints = new ConstraintRows(dense, rows, n, C);
    this.condensed = new CondensedSystem(dense, n, rows, P, C, this.constraints);
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

  /** Finds the sparse rows of C. Call this when P or C has changed. */
  readMatrices(): void {
    this.stiff = false;
    this.condensed.forget();
    this.constraints.read();
  }

  /**
   * @param w W's diagonal; a row with w = 0 is hard, and a row with w = Infinity is left out (its y is 0).
   * @param delta The regularisation of both blocks.
   * @param pin Whether a hard row with only one entry may fix its variable.
   * @param penalise Whether hard rows, if there are many, may also be eliminated, as if w were PENALTY. This halves the work but needs a
   *   few more refinements. The residual of `solve` shows whether they were enough.
   * @returns Whether the factorisation succeeded.
   */
  factor(w: Float64Array, delta: number, options?: {pin?: boolean; penalise?: boolean}): boolean {
    const {present} = this;
    for (let i = 0; i < w.length; i++) {
      const absent = w[i] === Infinity;
      present[i] = absent ? 0 : 1;
      this.w[i] = absent ? 0 : w[i];
    }
    return this.condensed.factor(w, delta, this.stiff ? STIFF_W : 0, options);
  }

  /**
   * Solves the system for (f, g) into x and y, and refines until the residual is below `target` or no longer shrinks. With an infinite
   * target, the residual is not computed.
   *
   * @returns The residual relative to the right-hand side, in the ∞-norm.
   */
  solve(f: Vector, g: Vector, x: Vector, y: Vector, target: number): number {
    const {condensed, fx, gy, bestX, bestY, total} = this;
    x.fill(0);
    y.fill(0);
    total.fill(0);
    fx.set(f);
    gy.set(g);
    if (target === Infinity) {
      condensed.correct(x, y, fx, gy, total);
      return Infinity;
    }
    const scale = Math.max(maxAbs(f), maxAbs(g));
    if (scale === 0) {
      this.Px.fill(0);
      return 0;
    }
    let best = Infinity;
    for (let k = 0; k <= MAX_REFINEMENTS; k++) {
      condensed.correct(x, y, fx, gy, total);
      const size = this.residual(f, g, x, y) / scale;
      if (!(size < best)) {
        x.set(bestX);
        y.set(bestY);
        this.dense.multiply(this.P, this.n, this.n, this.n, x, this.Px);
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

  /** fx, gy ← the residuals of the system without regularisation. @returns The largest magnitude, or NaN if an entry is NaN. */
  private residual(f: Vector, g: Vector, x: Vector, y: Vector): number {
    const {dense, n, P, Px, fx, gy, total, present, w, ones, zeros} = this;
    dense.multiply(P, n, n, n, x, Px);
    fx.set(Px);
    this.constraints.addMultiplyTransposed(y, fx);
    return Math.max(dense.remainder(ones, f, fx, zeros, x, fx), dense.remainder(present, g, total, w, y, gy));
  }
}
