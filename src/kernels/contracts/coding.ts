/** @file The contract of coordinate descent for sparse coding. Its two implementations work on vectors of a `DenseKernels`. */
import type {Vector} from './dense.js';

/** min ½ zᵀG z − cᵀz + Σ l1ⱼ|zⱼ| + ½ Σ l2ⱼ zⱼ² */
export interface CodingProblem {
  /** [n, n], symmetric, both triangles, in rows of `stride`. */
  G: Vector;
  stride: number;
  /** [n]. */
  l1: Vector;
  l2: Vector;
  nonNegative: boolean;
  /** Shape [n]: one over the size of the terms whose sum is the condition of atom j, or zero for an atom without terms. */
  units: Vector;
}

export interface CodingKernels {
  /**
   * Minimises over one entry of z after another: first over all of them, then over the nonzero ones. Stops when no atom violates its
   * optimality condition by more than the tolerance in its units, or after `maxSweeps` sweeps.
   *
   * @param z The start, overwritten by the solution, [n].
   * @param g c − G z; it is updated with z.
   * @param residual Receives the largest violation in the units of its atom, [1]; NaN if z became NaN.
   * @returns The number of sweeps.
   */
  descendCoordinates(
    problem: CodingProblem,
    z: Vector,
    g: Vector,
    tolerance: number,
    maxSweeps: number,
    residual: Vector,
  ): number;
}
