/** @file Linear systems whose Cholesky factor is known. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';
import {runCholeskySolve, type Call} from '../kernels/index.js';
import {asOperation, toRightSide, toSquare, type Values} from './inputs.js';
import {outerSum, sumTo, triangle} from './products.js';
import {record} from './record.js';
import {solveTriangle} from './triangular-solve.js';

/**
 * x with L Lᵀ x = b, where L is the lower triangle of `factor`, as returned by `cholesky`.
 *
 * @param factor [..., n, n]; batch axes broadcast against those of b.
 * @param b [..., n, k], or [n], one vector for all matrices.
 * @returns [..., n, k], or [..., n] for a vector b. Differentiable in both; the gradient in `factor` is lower triangular.
 * @throws SingularMatrixError naming the sample whose factor has a zero on its diagonal.
 * @throws If an entry that is read is not finite.
 */
export function choleskySolve<T extends tf.Tensor = tf.Tensor>(factor: Values, b: Values): T {
  const caller = 'linalg.choleskySolve';
  return asOperation(() => {
    const L = toSquare(factor, 'the factor', caller);
    const {b: B, restore} = toRightSide(b, L, L.shape[L.rank - 1], caller);
    return restore(solveFactored(L, B, {caller}));
  }) as T;
}

function solveFactored(factor: tf.Tensor, b: tf.Tensor, call: Call): tf.Tensor {
  return record({
    name: 'CholeskySolve',
    values: [offTape(() => runCholeskySolve(factor, b, call))],
    inputs: [factor, b],
    gradient: ([dx], [x], [L, B]) => {
      const inner = {...call, cotangent: true};
      const u = solveFactored(L, dx, inner);
      // −(u xᵀ + x uᵀ) L, with Lᵀx = L⁻¹b and Lᵀu = L⁻¹dx.
      const half = (v: tf.Tensor) =>
        solveTriangle(L, v, {lower: true, transpose: false, unitDiagonal: false}, inner);
      const own = factor.shape.slice(0, -2);
      const sum = tf.add(outerSum(u, half(B), own), outerSum(x, half(dx), own));
      const dL = tf.neg(tf.mul(triangle(factor.shape[factor.rank - 1], true, true), sum));
      return [dL, sumTo(u, b.shape.slice(0, -2))];
    },
  })[0];
}
