/** @file The contract of the factored KKT matrix of a quadratic program: condensed to a dense matrix, or sparse. */
import type {Products} from './problem-matrix.js';
import type {Vector} from './vectors.js';

/**
 *     [ P + δ    Cᵀ      ]
 *     [ C     −(W + δ)   ]
 */
export interface ReducedKkt {
  /** Products with C. */
  readonly constraints: Products;

  /** Whether the option `penalise` of `factor` changes anything. */
  readonly penalises: boolean;

  /** Call this when P or C has changed, before the first factorisation in a scope. */
  readMatrices(): void;

  /**
   * @param w W's diagonal; a row with w = 0 is hard, and a row with w = Infinity is left out (its y is 0).
   * @param delta The regularisation δ of both blocks.
   * @param hardBelow Rows with a w below this are hard, too.
   * @param options `pin`: whether a hard row with only one entry may fix its variable. `penalise`: whether hard rows, if there are many,
   *   may also be eliminated, as if w were a small penalty. This halves the work but needs a few more refinements. The residual shows
   *   whether they were enough. `dependent`: whether hard rows may depend on each other.
   * @returns Whether the factorisation succeeded.
   */
  factor(
    w: Float64Array,
    delta: number,
    hardBelow: number,
    options?: {pin?: boolean; penalise?: boolean; dependent?: boolean},
  ): boolean;

  /**
   * (x, y) += K⁻¹ (fx, gy) with the regularised factors; `total` is C x and is updated with x.
   *
   * @param needsTotal Whether the caller reads `total` afterwards. Default: it does.
   */
  correct(x: Vector, y: Vector, fx: Vector, gy: Vector, total: Vector, needsTotal?: boolean): void;

  /**
   * Moves the variables of x that a hard row with one entry fixes exactly to where it says, for systems whose factors leave rounding there.
   *
   * @param d The right-hand sides of the rows.
   */
  settle?(x: Vector, d: Vector): void;
}
