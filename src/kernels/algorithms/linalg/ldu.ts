/**
 * @file Cofactors of a dense matrix of any rank and their derivative in f64, from A = X D Y with |det X| = |det Y| = 1.
 *
 * The cofactors of X D Y are X⁻ᵀ times the cofactors of the diagonal D times Y⁻ᵀ. Each cofactor of D is the product of all pivots but one,
 * so a zero pivot causes no problem.
 */
import {solveTriangular} from '../../twins/reference/triangular.js';

/** P A Q = L D U, where L and U have unit diagonals. After the first zero in D, all pivots are zero. */
export interface LDU {
  n: number;
  /** L below the diagonal and U above it. */
  factors: Float64Array;
  pivots: Float64Array;
  /** Row i of P A Q is row rows[i] of A. */
  rows: Int32Array;
  columns: Int32Array;
  /** det P · det Q. */
  sign: number;
}

/** Factors the row-major n×n matrix `a` with complete pivoting. `a` is overwritten. */
export function lduInPlace(a: Float64Array, n: number): LDU {
  const identity = () => Int32Array.from({length: n}, (_, i) => i);
  const [rows, columns, pivots] = [identity(), identity(), new Float64Array(n)];
  let sign = 1;
  let threshold = 0;
  for (let k = 0; k < n; k++) {
    let at = k * n + k;
    for (let i = k; i < n; i++) {
      for (let j = k; j < n; j++) if (Math.abs(a[i * n + j]) > Math.abs(a[at])) at = i * n + j;
    }
    const pivot = a[at];
    if (k === 0) threshold = Math.abs(pivot) * n * 2 ** -52;
    // The remaining entries are rounding.
    if (!(Math.abs(pivot) > threshold)) break;
    const [p, q] = [Math.floor(at / n), at % n];
    if (p !== k) {
      for (let j = 0; j < n; j++) [a[k * n + j], a[p * n + j]] = [a[p * n + j], a[k * n + j]];
      [rows[k], rows[p]] = [rows[p], rows[k]];
      sign = -sign;
    }
    if (q !== k) {
      for (let i = 0; i < n; i++) [a[i * n + k], a[i * n + q]] = [a[i * n + q], a[i * n + k]];
      [columns[k], columns[q]] = [columns[q], columns[k]];
      sign = -sign;
    }
    pivots[k] = pivot;
    for (let i = k + 1; i < n; i++) {
      const factor = (a[i * n + k] /= pivot);
      for (let j = k + 1; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
    }
    for (let j = k + 1; j < n; j++) a[k * n + j] /= pivot;
  }
  return {n, factors: a, pivots, rows, columns, sign};
}

/** The cofactor matrix C, with A Cᵀ = det(A) I. It is the gradient of det. */
export function cofactors(ldu: LDU): Float64Array {
  const {n, pivots, sign} = ldu;
  const middle = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    let product = sign;
    for (let j = 0; j < n; j++) if (j !== i) product *= pivots[j];
    middle[i * n + i] = product;
  }
  return conjugate(ldu, middle);
}

/** The gradient of A ↦ ⟨cofactors(A), C⟩, which is the second derivative of det in the direction C [n, n]. C is overwritten. */
export function cofactorDerivative(ldu: LDU, C: Float64Array): Float64Array {
  const {n, pivots, sign} = ldu;
  const inner = leftAndRight(ldu, permute(ldu, C, false), false);
  const middle = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    // The pivots before i, times those between i and j, times those after j.
    let before = sign;
    for (let k = 0; k < i; k++) before *= pivots[k];
    let between = before;
    for (let j = i + 1; j < n; j++) {
      let product = between;
      for (let k = j + 1; k < n; k++) product *= pivots[k];
      middle[i * n + i] += inner[j * n + j] * product;
      middle[j * n + j] += inner[i * n + i] * product;
      middle[i * n + j] = -inner[j * n + i] * product;
      middle[j * n + i] = -inner[i * n + j] * product;
      between *= pivots[j];
    }
  }
  return conjugate(ldu, middle);
}

/** X⁻ᵀ M Y⁻ᵀ for A = X D Y, X = PᵀL and Y = U Qᵀ. */
function conjugate(ldu: LDU, M: Float64Array): Float64Array {
  return permute(ldu, leftAndRight(ldu, M, true), true);
}

/** Computes L⁻¹ M U⁻¹, or L⁻ᵀ M U⁻ᵀ if `transpose` is set. */
function leftAndRight({n, factors}: LDU, M: Float64Array, transpose: boolean): Float64Array {
  solveTriangular(factors, n, M, n, {lower: true, transpose, unitDiagonal: true});
  const right = transposed(M, n);
  solveTriangular(factors, n, right, n, {lower: false, transpose: !transpose, unitDiagonal: true});
  return transposed(right, n);
}

/** Computes P M Q, or Pᵀ M Qᵀ if `back` is set. */
function permute({n, rows, columns}: LDU, M: Float64Array, back: boolean): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const [here, there] = [i * n + j, rows[i] * n + columns[j]];
      if (back) result[there] = M[here];
      else result[here] = M[there];
    }
  }
  return result;
}

function transposed(M: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) result[j * n + i] = M[i * n + j];
  return result;
}
