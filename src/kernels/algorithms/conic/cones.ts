/** @file Products of cones and their factors, and triangles of symmetric matrices. */

/** The factors of a product, in the order of the entries of a vector. */
export type Cones = {
  /** Entries that are zero. */
  zero?: number | undefined;
  /** Entries that are not negative. */
  nonNegative?: number | undefined;
  /** Sizes of second-order cones (s, z), ‖z‖ ≤ s. */
  secondOrder?: readonly number[] | undefined;
  /**
   * Orders n of positive semidefinite matrices. Each takes n(n + 1)/2 entries: the lower triangle by columns, with the entries off the
   * diagonal multiplied by √2.
   */
  psd?: readonly number[] | undefined;
};

/** One factor: rows that share one unit. */
export interface ConeBlock {
  /** A cone with a single entry is a ray, whichever cone it was declared as, except for the zero cone. */
  kind: 'zero' | 'ray' | 'secondOrder' | 'semidefinite';
  start: number;
  size: number;
  /** n of a matrix [n, n]; otherwise the size. */
  order: number;
}

/** The factors that have at least one entry. */
export function coneBlocks({zero = 0, nonNegative = 0, secondOrder = [], psd = []}: Cones): ConeBlock[] {
  const blocks: ConeBlock[] = [];
  let start = 0;
  const add = (kind: ConeBlock['kind'], size: number, order = size) => {
    if (size === 0) return;
    blocks.push({kind: size === 1 && kind !== 'zero' ? 'ray' : kind, start, size, order});
    start += size;
  };
  for (let i = 0; i < zero; i++) add('zero', 1);
  for (let i = 0; i < nonNegative; i++) add('ray', 1);
  for (const size of secondOrder) add('secondOrder', size);
  for (const order of psd) add('semidefinite', (order * (order + 1)) / 2, order);
  return blocks;
}

/** The symmetric matrix [n, n] that a triangle represents. */
export function matrixOf(triangle: Float64Array, n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  let k = 0;
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      matrix[i * n + j] = matrix[j * n + i] = i === j ? triangle[k] : triangle[k] * Math.SQRT1_2;
      k++;
    }
  }
  return matrix;
}

/** Writes the triangle of the symmetric part of a matrix [n, n] to `triangle`. */
export function triangleOf(matrix: Float64Array, n: number, triangle: Float64Array): void {
  let k = 0;
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      triangle[k++] = i === j ? matrix[i * n + i] : Math.SQRT1_2 * (matrix[i * n + j] + matrix[j * n + i]);
    }
  }
}

/** The product A B, A Bᵀ or Aᵀ B of matrices [n, n]. */
export function product(
  a: Float64Array,
  b: Float64Array,
  n: number,
  transposed: 'none' | 'a' | 'b' = 'none',
): Float64Array {
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) {
        sum +=
          (transposed === 'a' ? a[k * n + i] : a[i * n + k]) *
          (transposed === 'b' ? b[j * n + k] : b[k * n + j]);
      }
      c[i * n + j] = sum;
    }
  }
  return c;
}
