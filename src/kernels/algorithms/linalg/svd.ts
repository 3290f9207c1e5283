/** @file Singular value decomposition in f64 with one-sided Jacobi rotations. It is slow, but accurate to the last digits. */

export interface SVD {
  n: number;
  /** Row j holds σⱼ·uⱼ, the image of the j-th right singular vector. */
  images: Float64Array;
  /** Row j holds the right singular vector vⱼ. */
  right: Float64Array;
  singularValues: Float64Array;
}

/** Decomposes the row-major n×n matrix `a`, which is not changed. */
export function svd(a: Float64Array, n: number): SVD {
  const images = new Float64Array(n * n);
  const right = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    right[i * n + i] = 1;
    for (let j = 0; j < n; j++) images[j * n + i] = a[i * n + j];
  }
  const sweeps = 60;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let rotated = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        let alpha = 0;
        let beta = 0;
        let gamma = 0;
        for (let k = 0; k < n; k++) {
          const x = images[p * n + k];
          const y = images[q * n + k];
          alpha += x * x;
          beta += y * y;
          gamma += x * y;
        }
        if (gamma === 0 || Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta)) continue;
        rotated = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        rotate(images, p * n, q * n, n, c, c * t);
        rotate(right, p * n, q * n, n, c, c * t);
      }
    }
    if (!rotated) break;
  }
  const singularValues = new Float64Array(n);
  for (let j = 0; j < n; j++) singularValues[j] = Math.hypot(...images.subarray(j * n, j * n + n));
  return {n, images, right, singularValues};
}

function rotate(a: Float64Array, p: number, q: number, n: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const x = a[p + k];
    const y = a[q + k];
    a[p + k] = c * x - s * y;
    a[q + k] = s * x + c * y;
  }
}

/**
 * The x of least norm among those that minimise ‖A x − b‖ (or ‖Aᵀ x − b‖).
 *
 * @param relativeCutoff Singular values below this share of the largest count as zero.
 */
export function minimumNormSolve(
  {n, images, right, singularValues}: SVD,
  b: Float64Array,
  transpose = false,
  relativeCutoff = 1e-12,
): Float64Array {
  const x = new Float64Array(n);
  const cutoff = relativeCutoff * singularValues.reduce((a, s) => Math.max(a, s), 0);
  const [from, to] = transpose ? [right, images] : [images, right];
  for (let j = 0; j < n; j++) {
    const sigma = singularValues[j];
    if (!(sigma > cutoff)) continue;
    let overlap = 0;
    for (let k = 0; k < n; k++) overlap += from[j * n + k] * b[k];
    overlap /= sigma * sigma;
    for (let k = 0; k < n; k++) x[k] += overlap * to[j * n + k];
  }
  return x;
}
