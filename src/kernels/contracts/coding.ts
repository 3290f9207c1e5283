/** @file Coordinate descent for sparse coding: the contract of its two implementations, which work on vectors of a `DenseKernels`. */
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
  /** Shape [n]: one over the size of the terms that atom j's condition is the sum of; zero for an atom that has none. */
  units: Vector;
}

export interface CodingKernels {
  /**
   * Minimises over one entry of z after another, all of them and then those that are not zero, until no atom violates its optimality
   * condition by more than the tolerance in its units, or after `maxSweeps` sweeps.
   *
   * @param z Start and solution, [n].
   * @param g c − G z, kept so.
   * @param residual Receives the largest violation in units of its atom, [1]; NaN if z became so.
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
