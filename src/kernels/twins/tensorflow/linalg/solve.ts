/** @file The solution of square systems on the backend 'tensorflow'. */
import type {DeviceCompute} from '../../../backends/node-device.js';
import {
  abs,
  all,
  cholesky,
  choleskySolve,
  diagonal,
  filled,
  isGreater,
  max,
  minus,
  mul,
  mulT,
  onDevice,
  overOrZero,
  plus,
  qr,
  rowMaxima,
  times,
  triangularSolve,
  transpose,
  where,
  type Doubles,
  type Flags,
} from '../arrays/index.js';
import {pair} from './batches.js';

export const deviceSolve: DeviceCompute<'a' | 'b'> = ({a, b}, attributes, backend) =>
  onDevice(backend, () => {
    const {positiveDefinite, adjoint} = attributes as Record<string, boolean>;
    const {a: A, b: right, batch} = pair(a, b);
    const shape = [...batch, ...b.shape.slice(-2)];
    if (shape.includes(0)) return [{from: filled(shape, 0), shape}];
    if (positiveDefinite) return [{from: choleskySolve(cholesky(A), right), shape}];
    const {x, regular} = solveGeneral(A, right, adjoint);
    return [{from: where(regular, x, NaN), shape}];
  });

/** Factors with rows and columns of size one, so that units do not count. */
interface Factored {
  Q: Doubles;
  R: Doubles;
  rows: Doubles;
  columns: Doubles;
  regular: Flags;
}

/** A pivot below this part of its column is rounding. */
const SINGULAR = 2 ** -46;

function factor(a: Doubles): Factored {
  const rows = overOrZero(1, rowMaxima(abs(a)));
  const scaled = times(a, rows);
  const columns = overOrZero(1, transpose(max(abs(scaled))));
  const {Q, R} = qr(times(scaled, transpose(columns)));
  const regular = all(isGreater(abs(diagonal(R)), SINGULAR));
  return {Q, R, rows, columns, regular};
}

/** A⁻¹ b or A⁻ᵀ b, corrected once; any number for a singular matrix. */
export function solveGeneral(a: Doubles, b: Doubles, adjoint: boolean): {x: Doubles; regular: Flags} {
  const {Q, R, rows, columns, regular} = factor(a);
  const apply = (right: Doubles): Doubles =>
    adjoint
      ? times(rows, mul(Q, triangularSolve(R, times(columns, right), false, true)))
      : times(columns, triangularSolve(R, mulT(Q, times(rows, right)), false, false));
  const x = apply(b);
  return {x: plus(x, apply(minus(b, adjoint ? mulT(a, x) : mul(a, x)))), regular};
}
