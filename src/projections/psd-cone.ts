/** @file Projection onto the cone of positive semidefinite matrices. */
import * as tf from '@tensorflow/tfjs-core';
import {floatMap} from '../autodiff/index.js';
import {spectralFunction} from '../linalg/index.js';
import {checkRank} from './rows.js';

/**
 * argmin ‖Y − X‖²_F over the symmetric positive semidefinite Y: V max(Λ, 0) Vᵀ for the symmetric part of X = VΛVᵀ.
 *
 * @param x [..., n, n]. Differentiable, also at repeated eigenvalues; an eigenvalue 0 counts as clipped. Computed in f64. A
 *   matrix with an entry that is not finite becomes NaN.
 * @throws If the last two axes are not of one size.
 * @see Higham 1988, Computing a nearest symmetric positive semidefinite matrix; Malick & Sendov 2006 for the derivative.
 */
export function psdCone(x: tf.Tensor): tf.Tensor {
  checkRank(x, 'psdCone', 2);
  const [rows, columns] = x.shape.slice(-2);
  if (rows !== columns)
    throw new Error(`projections.psdCone: x must have shape [..., n, n], got [${x.shape}].`);
  return floatMap('projections.psdCone', {x}, ({x}) => {
    const axes = x.shape.map((_, i) => i);
    const order = [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
    return spectralFunction(tf.mul(0.5, tf.add(x, tf.transpose(x, order))), {
      value: (eigenvalues) => tf.relu(eigenvalues),
      // Not a cast of a comparison, which tfjs cannot transpose on WebGPU.
      piece: (eigenvalues) => tf.step(eigenvalues),
    });
  });
}
