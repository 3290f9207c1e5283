/** @file Functions of symmetric matrices that act on their eigenvalues. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, recordOp} from '../autodiff/index.js';
import {eigh} from './eigh.js';
import {finiteSamples, ofFinite} from './of-finite.js';
import {symmetric, transpose} from './products.js';
import {signOf} from './sign-of.js';

/** A function of eigenvalues made of lines of slope 0 or 1, entry by entry. */
export interface SpectralFunction {
  value: (eigenvalues: tf.Tensor) => tf.Tensor;
  /** Which line an eigenvalue lies on: 0 where the slope is 0; 1, −1 … name those of slope 1. */
  piece: (eigenvalues: tf.Tensor) => tf.Tensor;
}

/** Eigenvalues nearer than this share of the largest have the slope for their difference quotient: the rounding of f32. */
const TIE = 1e-5;

/**
 * V f(Λ) Vᵀ for symmetric X = VΛVᵀ, [..., n, n]; NaN for a matrix that is not finite. Differentiable once at repeated eigenvalues, where `eigh` is not; twice where
 * they are distinct.
 *
 * The derivative along E is V (Ω ∘ VᵀEV) Vᵀ, Ω the difference quotients (f(λᵢ) − f(λⱼ))/(λᵢ − λⱼ).
 *
 * @see Löwner 1934; Higham 2008, Functions of matrices, theorem 3.11.
 */
export function spectralFunction(X: tf.Tensor, f: SpectralFunction): tf.Tensor {
  const value = offTape(() => {
    return ofFinite(X, 2, (finite) => {
      const {eigenvalues, eigenvectors: V} = eigh(finite);
      return tf.matMul(tf.mul(V, tf.expandDims(f.value(eigenvalues), -2)), V, false, true);
    });
  });
  return recordOp({
    name: 'SpectralFunction',
    values: [value],
    inputs: [X],
    gradient: ([dY], _outputs, [at]) => {
      const finite = tf.where(
        offTape(() => finiteSamples(at, 2)),
        at,
        tf.zerosLike(at),
      );
      const {eigenvalues, eigenvectors: V} = eigh(finite);
      const quotients = differenceQuotients(eigenvalues, f);
      const inner = tf.mul(quotients, tf.matMul(tf.matMul(V, symmetric(dY), true), V));
      return [symmetric(tf.matMul(tf.matMul(V, inner), V, false, true))];
    },
  })[0];
}

function differenceQuotients(eigenvalues: tf.Tensor, {value, piece}: SpectralFunction): tf.Tensor {
  const differences = (values: tf.Tensor) => {
    const column = tf.expandDims(values, -1);
    return tf.sub(column, transpose(column));
  };
  const {alike, slope} = offTape(() => {
    const line = piece(eigenvalues);
    // On one line the quotient is its slope: no need to divide a difference that was rounded.
    const same = tf.equal(differences(line), 0);
    const tie = tf.lessEqual(
      tf.abs(differences(eigenvalues)),
      tf.mul(TIE, tf.expandDims(tf.max(tf.abs(eigenvalues), -1, true), -1)),
    );
    const slopes = tf.expandDims(tf.abs(signOf(line)), -1);
    return {
      alike: tf.logicalOr(same, tie),
      slope: tf.mul(0.5, tf.add(slopes, transpose(slopes))),
    };
  });
  const difference = differences(eigenvalues);
  const known = tf.where(alike, tf.onesLike(difference), difference);
  return tf.where(alike, slope, tf.div(differences(value(eigenvalues)), known));
}
