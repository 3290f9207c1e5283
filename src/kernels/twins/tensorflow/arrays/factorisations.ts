/** @file Factorisations of matrices, and solutions with their triangular factors. */
import {call, callAll, DOUBLE, flag, ofDoubles, typed} from './calls.js';
import {reshape} from './shapes.js';
import type {Doubles} from './types.js';

/** L with A = L Lᵀ, from the lower triangle of A; NaN for a sample that is not positive definite. */
export const cholesky = (a: Doubles): Doubles => call('Cholesky', 'T', ofDoubles, [a.id]);

/** T⁻¹ B, or T⁻ᵀ B, for a triangle of T. */
export const triangularSolve = (t: Doubles, b: Doubles, lower: boolean, transpose: boolean): Doubles =>
  call(
    'MatrixTriangularSolve',
    `MatrixTriangularSolve ${lower} ${transpose}`,
    () => [typed('T', DOUBLE), flag('lower', lower), flag('adjoint', transpose)],
    [t.id, b.id],
  );

/** (L Lᵀ)⁻¹ B. */
export const choleskySolve = (L: Doubles, b: Doubles): Doubles =>
  triangularSolve(L, triangularSolve(L, b, true, false), true, true);

/** A = V diag(λ) Vᵀ for symmetric A, λ ascending as a vector. */
export function eigh(a: Doubles): {values: Doubles; vectors: Doubles} {
  const [values, vectors] = callAll(
    'SelfAdjointEigV2',
    'SelfAdjointEigV2',
    () => [typed('T', DOUBLE), flag('compute_v', true)],
    [a.id],
    2,
  );
  return {values: reshape(values, [...values.shape, 1]), vectors};
}

/** A = Q R. */
export function qr(a: Doubles): {Q: Doubles; R: Doubles} {
  const [Q, R] = callAll('Qr', 'Qr', () => [typed('T', DOUBLE), flag('full_matrices', false)], [a.id], 2);
  return {Q, R};
}

/** A = U diag(s) Vᵀ, s as a vector. */
export function svd(a: Doubles): {s: Doubles; U: Doubles; V: Doubles} {
  const [s, U, V] = callAll(
    'Svd',
    'Svd',
    () => [typed('T', DOUBLE), flag('compute_uv', true), flag('full_matrices', false)],
    [a.id],
    3,
  );
  return {s: reshape(s, [...s.shape, 1]), U, V};
}

/** The sign of det A, and log |det A|: [B, 1, 1]. */
export function logDeterminant(a: Doubles): {sign: Doubles; log: Doubles} {
  const [sign, log] = callAll('LogMatrixDeterminant', 'T', ofDoubles, [a.id], 2);
  const shape = [...sign.shape, 1, 1];
  return {sign: reshape(sign, shape), log: reshape(log, shape)};
}
