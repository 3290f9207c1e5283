/** @file The learned parameters of a convex problem: what a layer keeps as a weight, and the parameter that it stands for. */
import * as tf from '@tensorflow/tfjs-core';
import {initializers} from '@tensorflow/tfjs-layers';
import type {ConvexProblem} from '../../convex/index.js';

type Parameter = ConvexProblem['parameters'] extends ReadonlyMap<string, infer P> ? P : never;

/** How the parameter is made of its weight w, or L; nothing if it is the weight. */
export function learnedAs({sign, options}: Parameter): {as?: string} {
  if (options.psd === true) return {as: 'LLᵀ'};
  if (sign === 'nonNegative') return {as: '|w|'};
  return sign === 'nonPositive' ? {as: '−|w|'} : {};
}

/** The parameter of a weight. tfjs applies constraints of weights only when these are set, not in training. */
export function learnedValue({sign, options}: Parameter, weight: tf.Tensor): tf.Tensor {
  const signed = sign === 'unknown' ? weight : tf.abs(weight);
  if (options.psd === true) return tf.matMul(signed as tf.Tensor2D, signed as tf.Tensor2D, false, true);
  return sign === 'nonPositive' ? tf.neg(signed) : signed;
}

/** Where the weight starts. */
export function learnedInitializer({shape, sign, options}: Parameter, seed: number | undefined) {
  if (options.psd === true) return initializers.identity({});
  if (sign === 'zero') return initializers.zeros();
  if (sign !== 'unknown') return initializers.ones();
  return shape.length >= 2
    ? initializers.glorotUniform({seed})
    : initializers.randomUniform({minval: -0.1, maxval: 0.1, seed});
}
