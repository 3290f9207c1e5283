/** @file The Cholesky factorisation and the solutions with triangular factors, on the backend 'tensorflow'. */
import type {DeviceCompute} from '../../../backends/node-device.js';
import {
  abs,
  all,
  cholesky,
  choleskySolve,
  diagonal,
  identity,
  isEqual,
  isGreater,
  lowerTriangle,
  onDevice,
  triangularSolve,
  where,
  type Doubles,
} from '../arrays/index.js';
import {flat, pair} from './batches.js';

export const deviceCholesky: DeviceCompute<'a'> = ({a}, _attributes, backend) =>
  onDevice(backend, () => [{from: lowerTriangle(cholesky(flat(a).a)), shape: a.shape}]);

export const deviceCholeskySolve: DeviceCompute<'l' | 'b'> = ({l, b}, _attributes, backend) =>
  onDevice(backend, () => {
    const {a: L, b: right, batch} = pair(l, b);
    return [{from: choleskySolve(L, withZero(L, right)), shape: [...batch, ...b.shape.slice(-2)]}];
  });

export const deviceTriangularSolve: DeviceCompute<'t' | 'b'> = ({t, b}, attributes, backend) =>
  onDevice(backend, () => {
    const {lower, transpose = false, unitDiagonal = false} = attributes as Record<string, boolean>;
    const {a: T, b: right, batch} = pair(t, b);
    const own = unitDiagonal ? where(isEqual(identity(T.shape[1]), 1), 1, T) : T;
    const x = triangularSolve(own, withZero(own, right), lower, transpose);
    return [{from: x, shape: [...batch, ...b.shape.slice(-2)]}];
  });

/** NaN where a triangular matrix has a zero on its diagonal. */
function withZero(t: Doubles, b: Doubles): Doubles {
  return where(all(isGreater(abs(diagonal(t)), 0)), b, NaN);
}
