/** @file One iteration of the splitting, and the penalty that it uses. */
import * as tf from '@tensorflow/tfjs-core';
import {SingularMatrixError} from '../../../kernels/index.js';
import {cholesky, choleskySolve, matVec, matVecTransposed} from '../../../linalg/index.js';
import {clip, finite, largest, positive, type BoxedRows, type Pair} from './rows.js';

/** Over-relaxation. */
const ALPHA = 1.6;
/** The fraction of the largest diagonal entry that keeps the matrix definite in spite of the rounding of f32. */
const SIGMA = 1e-5;
/** A relative residual below this counts as zero. */
const SMALL = 1e-10;
/** If terms are smaller than this, a relative residual has no meaning. */
const TINY = 1e-30;

/** In equilibrated units; `image` is Ax. */
export type Iterate = {x: tf.Tensor2D; y: tf.Tensor2D; z: tf.Tensor2D; image: tf.Tensor2D};

export function firstIterate({p, A, l, u}: BoxedRows, start: Pair | null): Iterate {
  const x = (start ? finite(start.x) : tf.zerosLike(p)) as tf.Tensor2D;
  const y = (start ? finite(start.y) : tf.zerosLike(l)) as tf.Tensor2D;
  const image = matVec(A, x) as tf.Tensor2D;
  return {x, y, z: clip(image, l, u), image};
}

/** x ← x − S⁻¹(Qx + p + Aᵀ(y + ρ(Ax − z))), relaxed; then z and y are updated. */
export function advance(
  {Q, p, A, l, u}: BoxedRows,
  {x, y, z, image}: Iterate,
  rho: tf.Tensor,
  inverse: tf.Tensor3D,
): Iterate {
  const pull = matVecTransposed(A, tf.add(y, tf.mul(rho, tf.sub(image, z))));
  const move = tf.mul(-ALPHA, matVec(inverse, tf.addN([matVec(Q, x), p, pull])));
  const moved = tf.add(image, matVec(A, move)) as tf.Tensor2D;
  // α(image + A move/α) + (1 − α)z: the part missing from `moved` is (α − 1)(image − z).
  const relaxed = tf.add(moved, tf.mul(ALPHA - 1, tf.sub(image, z)));
  const shifted = tf.add(relaxed, tf.div(y, rho));
  const zNext = clip(shifted, l, u);
  const yNext = tf.mul(rho, tf.sub(shifted, zNext)) as tf.Tensor2D;
  return {x: tf.add(x, move) as tf.Tensor2D, y: yNext, z: zNext, image: moved};
}

/** A tenth of the ratio of the size of the multipliers to the size of x: the curvature, or the objective divided by the bounds. */
export function firstPenalty({Q, p, l, u}: BoxedRows): tf.Tensor2D {
  const bounds = positive(tf.maximum(largest(finite(l)), largest(finite(u))));
  const size = tf.maximum(largest(tf.max(tf.abs(Q), 2)), tf.div(largest(p), bounds));
  return tf.mul(0.1, positive(size)) as tf.Tensor2D;
}

/** (Q + σI + AᵀρA)⁻¹, [B, n, n], for ρ [B, m]. */
export function inverseOf({Q, A}: Pick<BoxedRows, 'Q' | 'A'>, rho: tf.Tensor): tf.Tensor3D {
  const n = Q.shape[2]!;
  const root = tf.mul(tf.expandDims(tf.sqrt(rho), 2), A);
  const S = tf.add(Q, tf.matMul(root, root, true));
  const unit = tf.expandDims(tf.eye(n), 0);
  const diagonal = positive(tf.expandDims(tf.max(tf.sum(tf.mul(S, unit), 2), 1, true), 2));
  for (let sigma = SIGMA; ; sigma *= 10) {
    try {
      const regular = tf.add(S, tf.mul(tf.mul(sigma, diagonal), unit));
      return choleskySolve(cholesky(regular), unit) as tf.Tensor3D;
    } catch (error) {
      if (!(error instanceof SingularMatrixError) || sigma > 1) throw error;
    }
  }
}

/** ρ √(relative primal residual / relative dual residual), within a factor of ten. @see section 5.2, equation 31. */
export function balance(
  rho: tf.Tensor2D,
  {Q, A, p}: Pick<BoxedRows, 'Q' | 'A' | 'p'>,
  {x, y, z, image}: Iterate,
): tf.Tensor2D {
  const [Qx, Ay] = [matVec(Q, x), matVecTransposed(A, y)];
  // Both numerator and denominator may be zero, if Ax = 0 for every iterate: the residual is then zero, not NaN.
  const relative = (residual: tf.Tensor, ...terms: tf.Tensor[]) =>
    tf.div(
      largest(residual),
      terms.reduce((a: tf.Tensor, term) => tf.maximum(a, largest(term)), tf.scalar(TINY)),
    );
  const primal = relative(tf.sub(image, z), image, z);
  const dual = relative(tf.addN([Qx, p, Ay]), Qx, p, Ay);
  const ratio = tf.sqrt(tf.div(tf.add(primal, SMALL), tf.add(dual, SMALL)));
  return tf.mul(rho, tf.clipByValue(ratio, 0.1, 10)) as tf.Tensor2D;
}
