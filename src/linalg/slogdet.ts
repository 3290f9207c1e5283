/** @file The sign and the logarithm of a determinant. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';
import {runDeterminant} from '../kernels/index.js';
import {asOperation, toSquare, type Values} from './inputs.js';
import {inverse} from './inv.js';
import {transpose} from './products.js';
import {record} from './record.js';

/**
 * The sign of det(a), and log |det(a)|, which does not overflow. For a singular matrix 0 and −∞, for n = 0 1 and 0.
 *
 * @param a [..., n, n].
 * @returns Two tensors [...]. `logabsdet` is differentiable, `sign` has a zero gradient. The gradient at a singular matrix
 *     does not exist: it throws a SingularMatrixError that names the sample, for any cotangent.
 * @throws If an entry is not finite.
 */
export function slogdet<T extends tf.Tensor = tf.Tensor>(
  a: Values,
): {
  /** The sign of det(a), [...]: −1, 0 or 1. */
  sign: T;
  /** log |det(a)|, [...]; −∞ for a singular matrix. */
  logabsdet: T;
} {
  const caller = 'linalg.slogdet';
  return asOperation(() => {
    const A = toSquare(a, 'a', caller);
    const [sign, logabsdet] = record({
      name: 'Slogdet',
      values: offTape(() => runDeterminant(A, {caller}).slice(1)),
      inputs: [A],
      gradient: ([, dy], _, [saved]) => [
        tf.mul(tf.reshape(dy, [...dy.shape, 1, 1]), transpose(inverse(saved, `the gradient of ${caller}`))),
      ],
    });
    return {sign: sign as T, logabsdet: logabsdet as T};
  });
}
