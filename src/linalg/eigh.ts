/** @file Eigenvalues and eigenvectors of a symmetric matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';
import {runEigh} from '../kernels/index.js';
import {asOperation, toSquare, type Values} from './inputs.js';
import {symmetric, transpose} from './products.js';
import {record} from './record.js';

/**
 * a = V diag(λ) Vᵀ with λ ascending and VᵀV = I.
 *
 * Only the lower triangle of a is read, as if the matrix were symmetric; the gradient is symmetric, as that of `cholesky`. The
 * sign of an eigenvector is arbitrary. So is the choice of eigenvectors of a repeated eigenvalue; the part of the gradient that
 * rotates them is set to zero. That is right for results that do not depend on the choice, such as the projector onto their space
 * and symmetric functions of the eigenvalues; it is not right for V f(λ) Vᵀ. (Compute a matrix function in another way if
 * eigenvalues may coincide.) Eigenvalues count as repeated if they differ by no more than n·2⁻²³ of the largest, the rounding of
 * f32 data.
 *
 * @param a [..., n, n].
 * @returns `eigenvalues` λ [..., n] and `eigenvectors` V [..., n, n], one a column. Differentiable.
 * @throws If an entry of the lower triangle is not finite.
 * @see Giles 2008, section 3.1.
 */
export function eigh<V extends tf.Tensor = tf.Tensor, L extends tf.Tensor = tf.Tensor>(
  a: Values,
): {
  /** λ [..., n], ascending. */
  eigenvalues: L;
  /** V [..., n, n], one in each column, in the order of the eigenvalues. */
  eigenvectors: V;
} {
  const caller = 'linalg.eigh';
  return asOperation(() => {
    const A = toSquare(a, 'a', caller);
    const [eigenvalues, eigenvectors] = record({
      name: 'Eigh',
      // The third output is for the gradient: differences of eigenvalues that were rounded to f32 lose their digits.
      values: offTape(() => runEigh(A, {caller})),
      inputs: [A],
      gradient: ([dValues, dV, dGaps], [, V, gaps]) => [pullback(dValues, dV, dGaps, V, gaps)],
    });
    return {eigenvalues: eigenvalues as L, eigenvectors: eigenvectors as V};
  });
}

/** V (diag(dλ) + ½ F∘(M − Mᵀ)) Vᵀ with M = Vᵀ dV and F the reciprocal gaps, which are functions of λ too. */
function pullback(
  dValues: tf.Tensor,
  dV: tf.Tensor,
  dGaps: tf.Tensor,
  V: tf.Tensor,
  gaps: tf.Tensor,
): tf.Tensor {
  const turned = tf.mul(dGaps, tf.square(gaps));
  const dλ = tf.add(dValues, tf.sub(tf.sum(turned, -1), tf.sum(turned, -2)));
  const M = tf.matMul(V, dV, true);
  const inner = tf.mul(tf.mul(0.5, gaps), tf.sub(M, transpose(M)));
  const scaled = tf.mul(V, tf.expandDims(dλ, -2));
  return symmetric(tf.matMul(tf.add(scaled, tf.matMul(V, inner)), V, false, true));
}
