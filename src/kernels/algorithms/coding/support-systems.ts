/** @file The linear systems of a proximal-gradient fixed point of least squares, restricted to the support of each sample. */
import {denseKernels} from '../../twins/current-dense.js';
import {paddedStride} from '../../contracts/dense.js';
import {minimumNormSolve, svd} from '../linalg/svd.js';
import {products} from './products.js';

export interface SupportBlocks {
  batch: number;
  /** Shape [width, n]. */
  dictionary: Float32Array;
  width: number;
  n: number;
  /** Shape [B, n], values in [0, 1]: the derivative of the thresholding of each entry. */
  weight: Float32Array;
  /** Shape [B | 1, n]. */
  l2: Float32Array;
  step: number;
}

/**
 * Solves A u = v, or Aᵀu = v, with A = P (I − ηG) − I, G = DᵀD, η the step and P = diag(wⱼ/(1 + η l2ⱼ)).
 *
 * For entries with w = 0, A is minus the identity. For the other entries A = −ηP (G + W) with W = l2/w + (1 − w)/(ηw). The factor G + W is
 * symmetric, and positive definite unless atoms depend on each other.
 */
export class SupportSystems {
  private readonly gram: Float64Array;

  constructor(private readonly blocks: SupportBlocks) {
    const {dictionary, width, n} = blocks;
    this.gram = products(dictionary, new Float32Array(), 0, width, n).gram;
  }

  /** The solutions for the right-hand sides v [B, n]. */
  solve(right: Float32Array, transpose: boolean): Float32Array {
    const {batch, n, weight, l2, step} = this.blocks;
    const {gram} = this;
    const u = new Float32Array(batch * n);
    const support = new Int32Array(n);
    for (let sample = 0; sample < batch; sample++) {
      const at = sample * n;
      const ridge = l2.length === n ? 0 : at;
      let count = 0;
      for (let j = 0; j < n; j++) if (weight[at + j] > 0) support[count++] = j;
      const on = support.subarray(0, count);
      const share = Float64Array.from(on, (j) => weight[at + j] / (1 + step * l2[ridge + j]));
      const rest = Float64Array.from(on, (j) => {
        const w = weight[at + j];
        return l2[ridge + j] / w + (1 - w) / (step * w);
      });
      const v = Float64Array.from({length: n}, (_, j) => right[at + j]);
      // Off the support, uⱼ = −vⱼ. These entries act on those of the support; in the transposed system, the support acts on them.
      const off = v.map((value, j) => (weight[at + j] > 0 ? 0 : -value));
      const b = Float64Array.from(on, (j, k) => {
        if (transpose) return -v[j] / step;
        let sum = -v[j] / (step * share[k]);
        for (let i = 0; i < n; i++) sum -= gram[j * n + i] * off[i];
        return sum;
      });
      const t = this.solveOn(on, rest, b);
      u.set(off, at);
      on.forEach((j, k) => (u[at + j] = transpose ? t[k] / share[k] : t[k]));
      if (!transpose) continue;
      for (let i = 0; i < n; i++) {
        if (weight[at + i] > 0) continue;
        let sum = off[i];
        for (let k = 0; k < count; k++) sum -= step * gram[i * n + on[k]] * t[k];
        u[at + i] = sum;
      }
    }
    return u;
  }

  /** Solves (G + diag(rest)) t = b on the support. Returns the solution of least norm if the system is singular. */
  private solveOn(on: Int32Array, rest: Float64Array, b: Float64Array): Float64Array {
    const {n} = this.blocks;
    const {gram} = this;
    const count = on.length;
    const dense = denseKernels();
    const regular = dense.scope(() => {
      const stride = paddedStride(count);
      const [matrix, inverse, t] = [stride * stride, count, count].map((length) => dense.vector(length));
      on.forEach((j, k) => {
        for (let l = k; l < count; l++) matrix[k * stride + l] = gram[j * n + on[l]];
        matrix[k * stride + k] += rest[k];
      });
      if (dense.signedCholesky(matrix, count, stride, count, inverse) >= 0) return null;
      // A pivot that is at most the rounding of its diagonal entry counts as zero.
      const rounding = (j: number, k: number) => (gram[j * n + j] + rest[k]) * count * 2 ** -52;
      if (on.some((j, k) => rounding(j, k) * inverse[k] ** 2 >= 1)) return null;
      t.set(b);
      dense.signedSolve(matrix, count, stride, count, inverse, t);
      return t.slice();
    });
    if (regular) return regular;
    const full = new Float64Array(count * count);
    on.forEach((j, k) => {
      for (let l = 0; l < count; l++) full[k * count + l] = gram[j * n + on[l]];
      full[k * count + k] += rest[k];
    });
    return minimumNormSolve(svd(full, count), b);
  }
}
