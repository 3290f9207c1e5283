/** @file Finds the rows that must not influence the scale of a problem: rows without a bound, and rows that are far away. */
import {FAR} from '../../contracts/qp-limits.js';
import type {Vector} from '../../contracts/dense.js';
import type {MatrixScaling, ScalingRoom} from './scaling.js';
import {isBound, type AnyProblem} from './types.js';

/**
 * Finds the rows that are ignored (those without a bound), and the rows that must not set a scale (those and the far ones). `leaveOut` is
 * undefined if the scaling of all rows can be used.
 *
 * @param scaledD Room for the right-hand sides in scaled units.
 * @param room `absent` gets the ignored rows.
 */
export function rowsToLeaveOut(
  problem: AnyProblem,
  {D, E, isEmpty}: MatrixScaling,
  scaledD: Vector,
  withoutFar: boolean,
  {absent, diagonal}: Pick<ScalingRoom, 'absent' | 'diagonal'>,
): {leaveOut?: Uint8Array; absent: Uint8Array} {
  const {p, d} = problem;
  let some = false;
  for (let i = 0; i < d.length; i++) {
    const isFree = !isBound(d[i]);
    absent[i] = Number(isEmpty[i] === 1 || isFree);
    some ||= isFree;
    scaledD[i] = absent[i] ? 0 : E[i] * d[i];
  }
  const limit = farFrom(problem, D, scaledD, absent, diagonal);
  if (limit === Infinity && !some) return {absent};
  const leaveOut = absent.slice();
  for (let i = p; i < d.length; i++) if (scaledD[i] > limit) leaveOut[i] = 1;
  return {leaveOut, absent: withoutFar ? leaveOut : absent};
}

/**
 * The right-hand side, in scaled units, above which an inequality is far: it is satisfied at zero, and it is much further away than rows
 * that are not satisfied at zero, than the minimum without constraints, and than the nearest quarter of the rows that are satisfied at
 * zero.
 */
function farFrom(
  {p, n, P, q}: AnyProblem,
  D: Vector,
  d: Vector,
  absent: Uint8Array,
  diagonal: Vector,
): number {
  P.diagonal(diagonal);
  let size = 0;
  let largest = 0;
  for (let i = 0; i < d.length; i++) {
    if (absent[i]) continue;
    if (i < p || d[i] < 0) size = Math.max(size, Math.abs(d[i]));
    else largest = Math.max(largest, d[i]);
  }
  for (let j = 0; j < n; j++) if (diagonal[j] > 0) size = Math.max(size, Math.abs(D[j] * q[j]));
  if (largest <= FAR * size) return Infinity;
  const positive = d.filter((value, i) => !absent[i] && i >= p && value > 0).sort();
  return FAR * Math.max(size, positive[Math.floor(positive.length / 4)]);
}
