/** @file The Cholesky factor of a symmetric positive definite matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';
import {runCholesky} from '../kernels/index.js';
import {asOperation, toSquare, type Values} from './inputs.js';
import {symmetric, transpose, triangle} from './products.js';
import {record} from './record.js';
import {solveTriangle} from './triangular-solve.js';

/**
 * The lower triangular L with positive diagonal and a = L Lᵀ.
 *
 * Only the lower triangle of a is read, as if the matrix were symmetric. The gradient is also symmetric: the effect of the pair
 * (i, j), (j, i) is split equally between the two entries.
 *
 * @param a [..., n, n].
 * @returns [..., n, n], zero above the diagonal. Differentiable.
 * @throws SingularMatrixError naming the sample whose matrix is not positive definite in double precision.
 * @throws If an entry of the lower triangle is not finite.
 * @see Murray 2016, Differentiation of the Cholesky decomposition (arXiv 1602.07527), equation 10.
 */
export function cholesky<T extends tf.Tensor = tf.Tensor>(a: Values): T {
  const caller = 'linalg.cholesky';
  return asOperation(() => {
    const A = toSquare(a, 'a', caller);
    return record({
      name: 'Cholesky',
      values: [offTape(() => runCholesky(A, {caller}))],
      inputs: [A],
      gradient: ([dL], [L]) => [pullback(L, dL, caller)],
    })[0];
  }) as T;
}

/** L⁻ᵀ Φ(Lᵀ dL) L⁻¹, made symmetric, where Φ takes the lower triangle and halves its diagonal. */
function pullback(L: tf.Tensor, dL: tf.Tensor, caller: string): tf.Tensor {
  const n = L.shape[L.rank - 1];
  const phi = tf.mul(0.5, tf.add(triangle(n, true, true), triangle(n, true, false)));
  const options = {lower: true, transpose: true, unitDiagonal: false};
  const divide = (x: tf.Tensor) => solveTriangle(L, x, options, {caller, cotangent: true});
  const left = divide(tf.mul(phi, tf.matMul(L, dL, true)));
  return symmetric(divide(transpose(left)));
}
