/** @file Derivatives of entrywise functions by repeated vjp, on private tapes only. */
import * as tf from '@tensorflow/tfjs-core';
import {vjp} from '../../src/autodiff/index.js';

export type Unary = (x: tf.Tensor) => tf.Tensor;

/** f′ by one vjp with the cotangent 1; f maps entries one by one, so this holds the derivative of each. */
export function derivative(f: Unary): Unary {
  return (x) => tf.tidy(() => vjp(f, [x], tf.onesLike(x))[0]);
}

/** f⁽ⁿ⁾ by n nested vjp. */
export function nthDerivative(f: Unary, n: number): Unary {
  return n === 0 ? f : derivative(nthDerivative(f, n - 1));
}
