/**
 * @file The dense systems of linear solvers on the backend 'tensorflow': matrices [B | 1, n, n], right-hand sides [B, n, 1]. A matrix that is
 * not positive definite although it must be, or not finite, gets NaN; a singular one the least-squares solution of least norm.
 */
import type {DeviceCompute} from '../../../backends/node-device.js';
import {
  allOfAll,
  and,
  cholesky,
  choleskySolve,
  chosen,
  gather,
  given,
  isFinite,
  not,
  onDevice,
  scatter,
  where,
  type Doubles,
} from '../arrays/index.js';
import {leastSquares} from './lstsq.js';
import {solveGeneral} from './solve.js';

export const deviceDenseSystems: DeviceCompute<'a' | 'b'> = ({a, b}, attributes, backend) =>
  onDevice(backend, () => {
    const {positiveDefinite, adjoint} = attributes as Record<string, boolean>;
    const [A, right] = [given(a), given(b)];
    if (b.shape.includes(0)) return [{from: right, shape: b.shape}];
    const x = positiveDefinite ? choleskySolve(cholesky(A), right) : solveAny(A, right, adjoint);
    return [{from: x, shape: b.shape}];
  });

/** A⁻¹ b or A⁻ᵀ b; the host learns how many matrices are singular, and nothing else. */
function solveAny(A: Doubles, b: Doubles, adjoint: boolean): Doubles {
  const {x, regular} = solveGeneral(A, b, adjoint);
  const isKnown = allOfAll(isFinite(A));
  const solved = where(and(regular, isKnown), x, NaN);
  const singular = chosen(and(not(regular), isKnown));
  if (singular.count === 0) return solved;
  // The rounding of float32 data.
  const rcond = A.shape[1] * 2 ** -23;
  if (A.shape[0] === 1) return leastSquares(A, b, rcond, adjoint);
  const closest = leastSquares(gather(A, singular), gather(b, singular), rcond, adjoint);
  return scatter(solved, singular, closest);
}
