/** @file Solves dense systems that may be singular up to the rounding of their f32 data: regular ones by LU, the others with least norm. */
import {matrixKernels} from '../../twins/current-matrices.js';
import {keptLu, type DenseSolve} from './factored.js';
import {scaledLU, type MatrixKernels, type ScaledLU} from '../../contracts/matrices.js';
import {PseudoInverse} from './pseudo-inverse.js';
import {scaleInPlace} from '../../twins/reference/scaling.js';

/** If LU finds that the matrix is singular to within this factor of the cutoff, the rank is determined. */
const SUSPICIOUS = 100;

/** The number of rounds of inverse iteration for the smallest singular value. */
const ROUNDS = 2;

/**
 * Factors the row-major matrix a [n, n].
 *
 * The rank is determined after rows and columns have been scaled by powers of two, so that it does not depend on units. In a QR
 * factorisation with column pivoting, remainders no longer than n·2⁻²³ times the longest column count as zero. A matrix of full rank is
 * solved by LU. Otherwise the result is the least-squares solution of least norm, in the given units.
 */
export function factorLeastNorm(a: Float64Array, n: number): DenseSolve {
  const kernels = matrixKernels();
  const cutoff = n * 2 ** -23;
  return kernels.scope(() => {
    const factors = scaledLU(kernels, kernels.vector(n * n), n);
    factors.lu.set(a);
    const regular = kernels.luInPlace(factors);
    if (regular && smallestSingularValue(kernels, factors) > SUSPICIOUS * cutoff) return keptLu(factors);
    return pseudoInverse(kernels, a, n, cutoff) ?? keptLu(factors);
  });
}

/** Estimates the smallest singular value of the scaled matrix, whose entries are at most 2, by inverse iteration. */
function smallestSingularValue(kernels: MatrixKernels, factors: ScaledLU): number {
  const {n} = factors;
  const none = kernels.indices(n).fill(0);
  const scaled = {...factors, rows: none, columns: none};
  const x = kernels.vector(n);
  for (let i = 0; i < n; i++) x[i] = i % 2 ? 1 : -1 + i / n;
  let growth = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    kernels.solveLu(scaled, x, 1, false);
    normalize(x);
    kernels.solveLu(scaled, x, 1, true);
    growth = normalize(x);
  }
  return 1 / growth;
}

function normalize(x: Float64Array): number {
  let squares = 0;
  for (let i = 0; i < x.length; i++) squares += x[i] * x[i];
  // Their sum may be out of range although the norm is not.
  const norm = squares > 1e-200 && squares < 1e200 ? Math.sqrt(squares) : Math.hypot(...x);
  for (let i = 0; i < x.length; i++) x[i] /= norm;
  return norm;
}

/**
 * Multiplies by (I − P) D₂⁻¹ S⁺ D₁⁻¹ (I − P′), where A = D₁ S D₂ with scales D, and P and P′ are the projections onto the null spaces of A
 * and Aᵀ. `null` if A has full rank.
 */
function pseudoInverse(
  kernels: MatrixKernels,
  a: Float64Array,
  n: number,
  cutoff: number,
): DenseSolve | null {
  const scaled = kernels.vector(n * n);
  scaled.set(a);
  const [rows, columns] = [new Int32Array(n), new Int32Array(n)];
  scaleInPlace(scaled, n, {rows, columns});
  const inverse = new PseudoInverse(kernels, n, n);
  inverse.factor(scaled, cutoff);
  if (inverse.rank === n) return null;
  const product = new Float64Array(n * n);
  const [identity, image] = [kernels.vector(n * n), kernels.vector(n * n)];
  for (let i = 0; i < n; i++) identity[i * n + i] = 1;
  inverse.multiply(identity, n, false, image);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) product[i * n + j] = image[i * n + j] * 2 ** -columns[i] * 2 ** -rows[j];
  }
  const nullSpace = orthonormal(inverse.nullSpace(false), columns);
  const coNullSpace = orthonormal(inverse.nullSpace(true), rows);
  return (b, transpose) => {
    const [before, after] = transpose ? [nullSpace, coNullSpace] : [coNullSpace, nullSpace];
    const right = b.slice();
    remove(right, before);
    const x = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) x[transpose ? j : i] += product[i * n + j] * right[transpose ? i : j];
    }
    remove(x, after);
    return x;
  };
}

/** An orthonormal basis of the span of the vectors, after entry i of each is divided by 2^exponents[i]. */
function orthonormal(vectors: Float64Array[], exponents: Int32Array): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const own = vector.map((value, i) => value * 2 ** -exponents[i]);
    normalize(own);
    for (let pass = 0; pass < 2; pass++) {
      remove(own, basis);
      normalize(own);
    }
    basis.push(own);
  }
  return basis;
}

/** Subtracts from x its components along orthonormal vectors. */
function remove(x: Float64Array, basis: Float64Array[]): void {
  for (const vector of basis) {
    let overlap = 0;
    for (let i = 0; i < x.length; i++) overlap += vector[i] * x[i];
    for (let i = 0; i < x.length; i++) x[i] -= overlap * vector[i];
  }
}
