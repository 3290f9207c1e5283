/** @file Solvers of one's own, made differentiable: a function, an object, and a class of this library. */
import * as tf from '@tensorflow/tfjs';
import {customFixedPoint, customRoot, linsolve, rootJvp, rootVjp, solvers} from '../../../src/index.js';

export function run() {
  const F = (x: tf.Tensor, t: tf.Tensor) => tf.sub(tf.square(x), t);
  const t = tf.tensor2d([[4]]);

  // Nothing needs an annotation: x and parameters are tensors.
  const inline = customRoot((x, t) => tf.sub(tf.square(x), t))((_init, t) => tf.sqrt(t));
  const typed = customRoot(F, {linsolve: linsolve.lu()})((_init: tf.Tensor, at: tf.Tensor) => tf.sqrt(at));
  const bySolver = customRoot(F)(new solvers.NewtonRoot({fun: F}));
  const fixed = customFixedPoint((x, t) => tf.mul(0.5, tf.add(x, tf.div(t, x))))((_init, t) => tf.sqrt(t));

  const slopes = [
    tf.grad((at) => tf.sum(inline(null, at)))(t),
    tf.grad((at) => tf.sum(typed(null, at)))(t),
    tf.grad((at) => tf.sum(bySolver(tf.ones([1, 1]), at)))(t),
    tf.grad((at) => tf.sum(fixed(tf.ones([1, 1]), at)))(t),
    rootVjp(F, tf.tensor2d([[2]]), [t], tf.ones([1, 1]))[0],
    rootJvp(F, tf.tensor2d([[2]]), [t], [tf.ones([1, 1])]),
    rootJvp(F, tf.tensor2d([[2]]), [t], [null]),
  ];
  return slopes.map((slope) => slope.dataSync()[0]);
}

export const expected = [0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0];
