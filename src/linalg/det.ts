/** @file The determinant of a square matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, vjpOf} from '../autodiff/index.js';
import {runCofactors, runDeterminant} from '../kernels/index.js';
import {asOperation, toSquare, type Values} from './inputs.js';
import {inverse} from './inv.js';
import {transpose} from './products.js';
import {record} from './record.js';

/**
 * det(a); 0 for a matrix that is singular in double precision, 1 for n = 0. It can overflow for many rows; use `slogdet` then.
 *
 * The gradient is the matrix of cofactors. The first and second derivatives are right for every matrix of any rank; derivatives
 * of third and higher order need an invertible matrix.
 *
 * @param a [..., n, n].
 * @returns [...]. Differentiable.
 * @throws If an entry is not finite.
 * @see Magnus & Neudecker, Matrix Differential Calculus, section 8.3, for the gradient.
 */
export function det<T extends tf.Tensor = tf.Tensor>(a: Values): T {
  return asOperation(() => determinant(toSquare(a, 'a', CALLER))) as T;
}

const CALLER = 'linalg.det';

function determinant(a: tf.Tensor): tf.Tensor {
  return record({
    name: 'Det',
    values: [offTape(() => runDeterminant(a, {caller: CALLER})[0])],
    inputs: [a],
    gradient: ([dy], _, [A]) => [tf.mul(asMatrices(dy), cofactors(A))],
  })[0];
}

function cofactors(a: tf.Tensor): tf.Tensor {
  return record({
    name: 'Cofactors',
    values: [offTape(() => runCofactors(a, null, {caller: CALLER}))],
    inputs: [a],
    gradient: ([dC], _, [A]) => [cofactorPullback(A, dC)],
  })[0];
}

/** The second derivative of det at a in the direction c: symmetric as a bilinear form, so its own adjoint in c. */
function cofactorPullback(a: tf.Tensor, c: tf.Tensor): tf.Tensor {
  return record({
    name: 'CofactorPullback',
    values: [offTape(() => runCofactors(a, c, {caller: CALLER}))],
    inputs: [a, c],
    gradient: ([dy], _, [A, C]) => [
      vjpOf(() => [composedPullback(A, C)], [A], [dy])[0],
      cofactorPullback(A, dy),
    ],
  })[0];
}

/** The same for an invertible a, with operations that have derivatives of any order. */
function composedPullback(a: tf.Tensor, c: tf.Tensor): tf.Tensor {
  const T = transpose(inverse(a, `the third derivative of ${CALLER}`));
  const trace = asMatrices(tf.sum(tf.mul(T, c), [-2, -1]));
  const twice = tf.matMul(tf.matMul(T, c, false, true), T);
  return tf.mul(asMatrices(determinant(a)), tf.sub(tf.mul(trace, T), twice));
}

/** [...] as [..., 1, 1]. */
function asMatrices(x: tf.Tensor): tf.Tensor {
  return tf.reshape(x, [...x.shape, 1, 1]);
}
