/** @file The products of a dictionary and its samples from which sparse codes are computed. */
import type {Floats} from '../../contracts/vectors.js';
import {paddedStride} from '../../contracts/dense.js';
import {denseKernels} from '../../twins/current-dense.js';

/** DᵀD with both triangles, and Dᵀx and ‖x‖ of each sample, in f64. */
export function products(
  dictionary: Floats,
  x: Floats,
  batch: number,
  width: number,
  n: number,
): {gram: Float64Array; correlation: Float64Array; size: Float64Array} {
  const gram = new Float64Array(n * n);
  const correlation = new Float64Array(batch * n);
  const size = new Float64Array(batch);
  const dense = denseKernels();
  dense.scope(() => {
    const stride = paddedStride(n);
    const D = dense.vector(width * stride);
    for (let i = 0; i < width; i++) D.set(dictionary.subarray(i * n, (i + 1) * n), i * stride);
    const rows = dense.indices(width);
    for (let i = 0; i < width; i++) rows[i] = i;
    const ones = dense.vector(width);
    ones.fill(1);
    const upper = dense.vector(stride * stride);
    dense.addWeightedGram(upper, n, stride, D, stride, rows, ones, width, dense.vector(2 * width * stride));
    for (let i = 0; i < n; i++) {
      for (let j = i; j < n; j++) gram[i * n + j] = gram[j * n + i] = upper[i * stride + j];
    }
    const [sample, image] = [dense.vector(width), dense.vector(n)];
    for (let i = 0; i < batch; i++) {
      sample.set(x.subarray(i * width, (i + 1) * width));
      image.fill(0);
      dense.addMultiplyTransposed(D, width, n, stride, sample, image);
      correlation.set(image, i * n);
      size[i] = Math.sqrt(sample.reduce((sum, value) => sum + value * value, 0));
    }
  });
  return {gram, correlation, size};
}
