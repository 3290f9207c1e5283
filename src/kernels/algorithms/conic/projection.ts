/** @file The projection onto the dual of a cone, its derivative, and how deep a point lies inside a cone; in f64. */
import {symmetricEigen} from '../linalg/eigh.js';
import {matrixOf, product, triangleOf, type ConeBlock} from './cones.js';

/**
 * Writes the projection of v onto the dual cone to `out`. The dual of the zero cone is the whole space; the other cones are their own
 * duals.
 */
export function projectDual({kind, order}: ConeBlock, v: Float64Array, out: Float64Array): void {
  if (kind === 'zero') out.set(v);
  else if (kind === 'ray') out[0] = Math.max(0, v[0]);
  else if (kind === 'secondOrder') {
    const size = tailNorm(v);
    if (size <= v[0]) out.set(v);
    else if (size <= -v[0]) out.fill(0);
    else {
      const half = 0.5 * (v[0] + size);
      out[0] = half;
      for (let i = 1; i < v.length; i++) out[i] = (half * v[i]) / size;
    }
  } else {
    const {values, vectors} = symmetricEigen(matrixOf(v, order), order);
    const scaled = vectors.slice();
    for (let k = 0; k < order; k++) {
      const factor = Math.max(0, values[k]);
      for (let j = 0; j < order; j++) scaled[k * order + j] *= factor;
    }
    triangleOf(product(vectors, scaled, order, 'a'), order, out);
  }
}

/** Writes the projection of v onto the cone itself to `out`. */
export function project(block: ConeBlock, v: Float64Array, out: Float64Array): void {
  if (block.kind === 'zero') out.fill(0);
  else projectDual(block, v, out);
}

/** The derivative of `projectDual` at v: a row-major matrix [size, size]. */
export function projectionDerivative({kind, order, size}: ConeBlock, v: Float64Array): Float64Array {
  const D = new Float64Array(size * size);
  if (kind === 'zero') D[0] = 1;
  else if (kind === 'ray') D[0] = v[0] > 0 ? 1 : 0;
  else if (kind === 'secondOrder') {
    const norm = tailNorm(v);
    if (norm <= -v[0]) return D;
    if (norm <= v[0]) {
      for (let i = 0; i < size; i++) D[i * size + i] = 1;
      return D;
    }
    const share = v[0] / norm;
    D[0] = 0.5;
    for (let i = 1; i < size; i++) {
      const w = v[i] / norm;
      D[i] = D[i * size] = 0.5 * w;
      for (let j = 1; j < size; j++)
        D[i * size + j] = 0.5 * (Number(i === j) * (1 + share) - (share * w * v[j]) / norm);
    }
  } else {
    const {values, vectors} = symmetricEigen(matrixOf(v, order), order);
    const [basis, out] = [new Float64Array(size), new Float64Array(size)];
    for (let k = 0; k < size; k++) {
      basis.fill(0);
      basis[k] = 1;
      // V((VᵀHV) ∘ Ω)Vᵀ, where Ω holds the divided differences of the positive part. The rows of `vectors` are the rows of Vᵀ.
      const turned = product(product(vectors, matrixOf(basis, order), order), vectors, order, 'b');
      for (let i = 0; i < order; i++) {
        for (let j = 0; j < order; j++) turned[i * order + j] *= dividedDifference(values[i], values[j]);
      }
      triangleOf(product(product(vectors, turned, order, 'a'), vectors, order), order, out);
      for (let i = 0; i < size; i++) D[i * size + k] = out[i];
    }
  }
  return D;
}

/** The divided difference of the positive part, max(x, 0). */
function dividedDifference(a: number, b: number): number {
  if (a > 0 && b > 0) return 1;
  if (a <= 0 && b <= 0) return 0;
  return Math.max(a, b) / (Math.abs(a) + Math.abs(b));
}

/** How far v is inside the cone: negative outside, zero for the zero cone. */
export function depth({kind, order}: ConeBlock, v: Float64Array): number {
  if (kind === 'zero') return 0;
  if (kind === 'ray') return v[0];
  if (kind === 'secondOrder') return v[0] - tailNorm(v);
  return symmetricEigen(matrixOf(v, order), order).values[0];
}

/** ‖v − its projection‖∞, where the projection is onto the cone or onto its dual. */
export function distance(block: ConeBlock, v: Float64Array, dual = false): number {
  const out = new Float64Array(v.length);
  if (dual) projectDual(block, v, out);
  else project(block, v, out);
  let most = 0;
  for (let i = 0; i < v.length; i++) most = Math.max(most, Math.abs(v[i] - out[i]));
  return most;
}

/** The norm ‖(v₁, v₂, …)‖, without v₀. */
export function tailNorm(v: Float64Array): number {
  let size = 0;
  for (let i = 1; i < v.length; i++) size = Math.max(size, Math.abs(v[i]));
  if (!(size > 0) || size === Infinity) return size;
  let sum = 0;
  for (let i = 1; i < v.length; i++) sum += (v[i] / size) ** 2;
  return size * Math.sqrt(sum);
}
