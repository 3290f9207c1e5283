/** @file Gradients of tfjs operations as programs: the same as those that tfjs computes operation by operation. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '../../src/index.js';
import {vjpAt} from '../../src/autodiff/index.js';
import {DIFFERENTIABLE, type F} from '../zoo/differentiable.js';
import {expectSame} from './compare.js';

describe('gradients as programs', () => {
  before(() => tf.setBackend('cpu'));

  for (const [name, {f, draw}] of Object.entries(DIFFERENTIABLE)) {
    it(name, () => {
      for (const xs of draw()) expectGradients(f, xs);
    });
  }

  it('second derivatives', () => {
    const x = tf.randomNormal([3, 4], 0, 1, 'float32', 9);
    const smooth = (y: tf.Tensor) => tf.sum(tf.mul(tf.softmax(y), tf.log(tf.add(2, tf.sin(y)))));
    const second = (y: tf.Tensor) => tf.grad((z: tf.Tensor) => tf.sum(tf.square(tf.grad(smooth)(z))))(y);
    expectSame((y) => second(y), [x], {relative: 1e-4, scaled: 1e-5});
    x.dispose();
  });
});

/** What tfjs cannot differentiate: kernels without gradients, and broadcasts that it does not sum over. */
function tfjsCan(loss: F, xs: tf.Tensor[]): boolean {
  try {
    tf.tidy(() => void tf.grads(loss)(xs));
    return true;
  } catch {
    return false;
  }
}

/** The gradients of Σ c f in all arguments, for fixed c that differ: this library's, and tfjs's where it has one. */
function expectGradients(f: F, xs: tf.Tensor[]): void {
  const weights = (y: tf.Tensor) => tf.reshape(tf.cos(tf.range(0, y.size)), y.shape);
  const loss: F = (...ys) => {
    const y = f(...ys);
    return tf.sum(tf.mul(weights(y), y));
  };
  const own = (...ys: tf.Tensor[]) => vjpAt((zs) => [loss(...zs)], ys, [tf.scalar(1)]);
  const tolerance = {relative: 1e-5, scaled: 2e-6};
  expectSame((...ys) => [f(...ys), ...own(...ys)], xs, tolerance);
  if (tfjsCan(loss, xs)) expectSame((...ys) => tf.grads(loss)(ys), xs, tolerance);
  tf.dispose(xs);
}
