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
  /** The step of the proximal-gradient map T that the residual is measured with. */
  step: number;
}

export interface CodingKernels {
  /**
   * Minimises over one entry of z after another, all of them and then those that are not zero, until
   * ‖T(z) − z‖ ≤ tolerance·(1 + ‖z‖) or after `maxSweeps` sweeps.
   *
   * @param z Start and solution, [n].
   * @param g c − G z, kept so.
   * @param residual Receives ‖T(z) − z‖ / (1 + ‖z‖), [1]; NaN if z became so.
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
