/** @file What a solver of quadratic programs does where the interior point and the KKT system are not enough. */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import {ActiveSet} from './active-set.js';
import {solveOnIndependentRows} from './independent-set.js';
import {dualCertificate, primalCertificate} from './infeasibility.js';
import type {Point, Problem} from './types.js';

/** Each works on the scaled problem. */
export interface Rescue {
  /** Whether there is such a solution: that on the clear part of the active set of `from`, which is written to `to`. */
  onIndependentRows(from: Point<Vector>, to: Point<Vector>): boolean;

  /** A method that adds rows one by one, or `null`. A row depends on others if the part of it outside their span is below `dependent`. */
  activeSet(dependent: number): ActiveSet | null;

  /** A proof that there is no feasible point, or `null`. */
  farkasRay(): Point<Vector> | null;

  /** A proof that the objective is unbounded below, or `null`. */
  descentRay(): Point<Vector> | null;
}

/** With dense factors. */
export function denseRescue(dense: DenseKernels, scaled: Problem): Rescue {
  return {
    onIndependentRows: (from, to) => {
      solveOnIndependentRows(scaled, from, to);
      return true;
    },
    activeSet: (dependent) => new ActiveSet(scaled, dependent),
    farkasRay: () => primalCertificate(dense, scaled),
    descentRay: () => dualCertificate(dense, scaled),
  };
}
