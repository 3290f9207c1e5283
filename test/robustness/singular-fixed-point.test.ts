/** @file Fixed points whose linear system is singular: the gradient is finite, and the least-norm one. */
import * as tf from '@tensorflow/tfjs-core';
import {customFixedPoint, linsolve} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose} from '../helpers/expect.js';

describeBackends('a fixed point whose I − ∂T is singular', () => {
  const gradient = (map: (x: tf.Tensor, t: tf.Tensor) => tf.Tensor) =>
    tf.tidy(() => {
      const solve = customFixedPoint(map, {linsolve: linsolve.lu()})((init: tf.Tensor) => tf.clone(init));
      const init = tf.tensor2d([[1, 3]]);
      const loss = (t: tf.Tensor) => tf.sum(tf.mul(tf.tensor2d([[1, 5]]), solve(init, t)));
      return Array.from(
        tf
          .grad(loss)(tf.tensor2d([[0, 2]]))
          .dataSync(),
      );
    });

  it('has the finite least-norm gradient: the projection onto a line through t', () => {
    const ones = tf.tidy(() => tf.keep(tf.ones([2, 2]))) as tf.Tensor2D;
    // T = t + P(x − t), P = ½ 11ᵀ: (I − P)ᵀu = v gives u = (I − P)v, and the gradient (I − P)u.
    const map = (x: tf.Tensor, t: tf.Tensor) =>
      tf.add(t, tf.mul(0.5, tf.matMul(tf.sub(x, t) as tf.Tensor2D, ones)));
    expectClose(gradient(map), [-2, 2], 1e-6);
    ones.dispose();
  });

  it('has the finite least-norm gradient: T(x) = x on one coordinate', () => {
    // T = (x₁, ½(x₂ + t₂)): nothing is known of x₁, and x₂ = t₂.
    const map = (x: tf.Tensor, t: tf.Tensor) => {
      const free = tf.tensor2d([[1, 0]]);
      const tied = tf.tensor2d([[0, 1]]);
      return tf.add(tf.mul(free, x), tf.mul(tied, tf.mul(0.5, tf.add(x, t))));
    };
    expectClose(gradient(map), [0, 5], 1e-6);
  });
});
