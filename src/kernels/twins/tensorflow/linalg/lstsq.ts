/** @file Least-squares solutions of least norm on the backend 'tensorflow', by the singular value decomposition. */
import type {DeviceCompute} from '../../../backends/node-device.js';
import {
  filled,
  isGreater,
  max,
  minus,
  mul,
  mulT,
  onDevice,
  overOrZero,
  svd,
  times,
  where,
  type Doubles,
} from '../arrays/index.js';
import {pair} from './batches.js';

export const deviceLstsq: DeviceCompute<'a' | 'b'> = ({a, b}, attributes, backend) =>
  onDevice(backend, () => {
    const {rcond, adjoint} = attributes as {rcond: number; adjoint: boolean};
    const [m, n] = a.shape.slice(-2);
    const columns = b.shape[b.shape.length - 1];
    const {a: A, b: right, batch} = pair(a, b);
    const shapes = [
      [...batch, adjoint ? m : n, columns],
      [...batch, ...b.shape.slice(-2)],
    ];
    if (batch.includes(0)) return shapes.map((shape) => ({from: filled(shape, 0), shape}));
    const x = leastSquares(A, right, rcond, adjoint);
    const residual = minus(right, adjoint ? mulT(A, x) : mul(A, x));
    return [x, residual].map((from, i) => ({from, shape: shapes[i]}));
  });

/** A⁺ b or A⁺ᵀ b; singular values up to `rcond` times the largest count as zero. */
export function leastSquares(a: Doubles, b: Doubles, rcond: number, adjoint: boolean): Doubles {
  const {s, U, V} = svd(a);
  const inverse = where(isGreater(s, times(rcond, max(s))), overOrZero(1, s), 0);
  return adjoint ? mul(U, times(inverse, mulT(V, b))) : mul(V, times(inverse, mulT(U, b)));
}
