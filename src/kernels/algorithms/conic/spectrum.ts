/**
 * @file The spectral values of a vector in a block of a cone: the number of a ray, v₀ ± ‖(v₁, v₂, …)‖ in a second-order cone, the
 * eigenvalues of a matrix. The projection onto the cone has a kink where one of them is zero.
 */
import {symmetricEigen} from '../linalg/eigh.js';
import {matrixOf, triangleOf, type ConeBlock} from './cones.js';
import {tailNorm} from './projection.js';

export interface Spectrum {
  readonly values: Float64Array;
  /** An orthonormal basis of the directions in which v leaves the set of vectors whose chosen values are zero. */
  normals(chosen: readonly number[]): Float64Array[];
  /** The change of v that makes the chosen values zero. */
  toZero(chosen: readonly number[]): Float64Array;
}

/** The zero cone has none: its projections have no kink. */
export function spectrumOf({kind, size, order}: ConeBlock, v: Float64Array): Spectrum {
  if (kind === 'zero') return combined(new Float64Array(0), size, () => new Float64Array(size));
  if (kind === 'ray') return combined(Float64Array.of(v[0]), 1, () => Float64Array.of(1));
  if (kind === 'secondOrder') return ofSecondOrder(v);
  const {values, vectors} = symmetricEigen(matrixOf(v, order), order);
  const of = (k: number) => vectors.subarray(k * order, (k + 1) * order);
  return combined(values, size, (k, l) => {
    const [a, b] = [of(k), of(l)];
    const matrix = new Float64Array(order * order);
    const factor = k === l ? 1 : Math.SQRT2;
    for (let i = 0; i < order; i++)
      for (let j = 0; j < order; j++) matrix[i * order + j] = factor * a[i] * b[j];
    const triangle = new Float64Array(size);
    triangleOf(matrix, order, triangle);
    return triangle;
  });
}

/** A spectrum whose values k and l turn into each other along `between(k, l)`; `between(k, k)` belongs to value k. */
function combined(
  values: Float64Array,
  size: number,
  between: (k: number, l: number) => Float64Array,
): Spectrum {
  return {
    values,
    normals: (chosen) => chosen.flatMap((k, at) => chosen.slice(at).map((l) => between(k, l))),
    toZero(chosen) {
      const change = new Float64Array(size);
      for (const k of chosen) between(k, k).forEach((value, i) => (change[i] -= values[k] * value));
      return change;
    },
  };
}

function ofSecondOrder(v: Float64Array): Spectrum {
  const size = v.length;
  const tail = tailNorm(v);
  const along = (sign: number) => (i: number) =>
    i === 0 ? 1 : tail > 0 ? (sign * v[i]) / tail : Number(i === 1) * sign;
  const direction = (k: number) =>
    Float64Array.from({length: size}, (_, i) => along(k === 0 ? -1 : 1)(i) * Math.SQRT1_2);
  const values = Float64Array.of(v[0] - tail, v[0] + tail);
  return {
    values,
    normals: (chosen) =>
      chosen.length < 2
        ? chosen.map(direction)
        : Array.from({length: size}, (_, k) => Float64Array.from({length: size}, (_, i) => Number(i === k))),
    toZero(chosen) {
      if (chosen.length === 2) return v.map((value) => -value);
      const change = new Float64Array(size);
      for (const k of chosen) {
        direction(k).forEach((value, i) => (change[i] -= values[k] * Math.SQRT1_2 * value));
      }
      return change;
    },
  };
}
