/** @file The least-squares solution of least norm of a symmetric system, starting from an x near a solution. */
import {addScaled, difference, dot, norm, scaled} from '../vectors.js';
import type {HostMethod, Process, Run} from './process.js';

/** ‖A r‖ ≤ this·‖A‖‖r‖ means that r is about orthogonal to the range of a symmetric A. */
const ORTHOGONAL = 1e-3;

/**
 * For a symmetric A, if the residual r cannot be much smaller: the least-squares solution of least norm.
 *
 * The part of r in the range of A is y with A y = A r, which is a consistent system. The missing part of x is z with A z = y. The rest of
 * r lies in the null space, and so does the part of x along it, which comes from the Krylov space of b.
 *
 * @see Liu, Milzarek & Roosta 2023, Obtaining pseudo-inverse solutions with MINRES.
 */
export function* leastSquares(
  method: HostMethod,
  x: Float64Array,
  r: Float64Array,
  run: Run,
  gain: number,
): Process<Float64Array> {
  const image = yield {map: 'A', vector: r.slice()};
  if (!(norm(image) <= ORTHOGONAL * gain * norm(r)) || !(gain < Infinity)) return x;
  const solve = function* (right: Float64Array): Process<Float64Array> {
    const size = norm(right);
    if (size === 0) return right;
    const {safe} = yield* method({...run, r: scaled(right, 1 / size)});
    return scaled(safe, size);
  };
  const reached = yield* solve(image);
  const lacking = yield* solve(reached);
  const rest = difference(r, reached);
  const result = x.slice();
  addScaled(result, 1, lacking);
  addScaled(result, -dot(rest, result) / dot(rest, rest), rest);
  return result;
}
