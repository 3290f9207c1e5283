/** @file Functions of symmetric matrices that act on their eigenvalues. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, recordOp} from '../autodiff/index.js';
import {eigh} from './eigh.js';
import {symmetric, transpose} from './products.js';

/** A function of eigenvalues that is the same line on both sides of no kink: what it is and its slope, entry by entry. */
export interface SpectralFunction {
  value: (eigenvalues: tf.Tensor) => tf.Tensor;
  slope: (eigenvalues: tf.Tensor) => tf.Tensor;
}

/** Eigenvalues nearer than this share of the largest have the slope for their difference quotient: the rounding of f32. */
const TIE = 1e-5;

/**
 * V f(Λ) Vᵀ for symmetric X = VΛVᵀ, [..., n, n]. Differentiable once at repeated eigenvalues, where `eigh` is not; twice where
 * they are distinct.
 *
 * The derivative along E is V (Ω ∘ VᵀEV) Vᵀ, Ω the difference quotients (f(λᵢ) − f(λⱼ))/(λᵢ − λⱼ).
 *
 * @see Löwner 1934; Higham 2008, Functions of matrices, theorem 3.11.
 */
export function spectralFunction(X: tf.Tensor, f: SpectralFunction): tf.Tensor {
  const value = offTape(() => {
    const {eigenvalues, eigenvectors} = eigh(X);
    return assemble(eigenvectors, f.value(eigenvalues));
  });
  return recordOp({
    name: 'SpectralFunction',
    values: [value],
    inputs: [X],
    gradient: ([dY], _outputs, [at]) => {
      const {eigenvalues, eigenvectors: V} = eigh(at);
      const quotients = differenceQuotients(eigenvalues, f);
      const inner = tf.mul(quotients, tf.matMul(tf.matMul(V, symmetric(dY), true), V));
      return [symmetric(tf.matMul(tf.matMul(V, inner), V, false, true))];
    },
  })[0];
}

function assemble(V: tf.Tensor, values: tf.Tensor): tf.Tensor {
  return tf.matMul(tf.mul(V, tf.expandDims(values, -2)), V, false, true);
}

function differenceQuotients(eigenvalues: tf.Tensor, {value, slope}: SpectralFunction): tf.Tensor {
  const column = tf.expandDims(eigenvalues, -1);
  const difference = tf.sub(column, transpose(column));
  const [f, df] = [value(eigenvalues), slope(eigenvalues)].map((values) => tf.expandDims(values, -1));
  const gain = tf.sub(f, transpose(f));
  const {near, safe} = offTape(() => {
    const scale = tf.max(tf.abs(column), [-2, -1], true);
    // On one line the quotient is its slope: no need to divide a difference that was rounded.
    const alike = tf.equal(df, transpose(df));
    const tie = tf.lessEqual(tf.abs(difference), tf.mul(TIE, scale));
    const isNear = tf.logicalOr(alike, tie);
    return {near: isNear, safe: tf.where(isNear, tf.onesLike(difference), tf.zerosLike(difference))};
  });
  const slopes = tf.mul(0.5, tf.add(df, transpose(df)));
  return tf.where(near, slopes, tf.div(gain, tf.add(tf.mul(difference, tf.sub(1, safe)), safe)));
}
