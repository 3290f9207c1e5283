/** @file The solver of dense problems. */
import type {DenseKernels} from '../../contracts/dense.js';
import type {Digits} from './acceptance.js';
import {CondensedSystem} from './condensed-system.js';
import {dualMethod} from './dual-method.js';
import {KktSystem} from './kkt.js';
import type {Watch} from './qp-system.js';
import {denseRescue} from './rescue.js';
import {QPSolver} from './solve.js';
import {emptyProblem, type Sizes} from './types.js';

/**
 * The solver of dense problems with n variables, p equalities and m inequalities.
 *
 * @param watch Sees each iteration of the interior point, before which nothing else is tried then.
 */
export function denseSolver(dense: DenseKernels, sizes: Sizes, digits?: Digits, watch?: Watch): QPSolver {
  const problem = emptyProblem(dense, sizes);
  const scaled = emptyProblem(dense, sizes);
  const {n, p, m} = sizes;
  const {P, C} = scaled;
  const reduced = new CondensedSystem(dense, n, p + m, P.values, C.values, C.full);
  const kkt = new KktSystem(dense, n, p + m, P, reduced);
  const dual = watch ? null : dualMethod(dense, scaled, reduced.constraints);
  return new QPSolver(dense, {problem, scaled, kkt, dual, rescue: denseRescue(dense, scaled), watch}, digits);
}
