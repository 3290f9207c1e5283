/** @file The proximal operator of Huber's function. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {floatMap, offTape} from '../autodiff/index.js';
import {signOf} from '../linalg/index.js';

/** The parameters of `prox.huber`. */
export type HuberParams = {
  /** The weight of the function. Default 1. */
  weight?: number | tf.Tensor | undefined;
  /** Where the parabola becomes a line. Default 1. */
  delta?: number | tf.Tensor | undefined;
};

const NAMES: Names<HuberParams> = {weight: 0, delta: 0};

/**
 * argmin_y ½‖y − x‖² + scaling·weight·Σh(y), h(y) = ½y² for |y| ≤ δ and δ(|y| − ½δ) beyond, entry by entry.
 *
 * With t = scaling·weight: x/(1 + t) for |x| ≤ (1 + t)δ, else x − tδ·sign(x).
 *
 * @param x Any shape; the parameters and scaling are numbers or tensors that broadcast with it. Differentiable in all.
 * @see Parikh & Boyd 2014, Proximal algorithms, section 6.1.
 */
export function huber(x: tf.Tensor, params: HuberParams = {}, scaling: number | tf.Tensor = 1): tf.Tensor {
  const {weight = 1, delta = 1} = checkOptions('prox.huber', params, NAMES, 'parameter');
  return floatMap('prox.huber', {x, weight, delta, scaling}, ({x, weight, delta, scaling}) => {
    const t = tf.mul(weight, scaling);
    const inside = offTape(() => tf.lessEqual(tf.abs(x), tf.mul(tf.add(1, t), delta)));
    return tf.where(inside, tf.div(x, tf.add(1, t)), tf.sub(x, tf.mul(tf.mul(t, delta), signOf(x))));
  });
}
