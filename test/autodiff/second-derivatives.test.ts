/** @file Second derivatives by vjp of vjp, on private tapes and without `enableHigherOrderGradients`. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {vjp} from '../../src/autodiff/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {useOwnGradients} from '../helpers/own-gradients.js';
import {logSoftmaxForms, POINTS, SMOOTH, softmaxForms} from './closed-forms.js';
import {derivative, nthDerivative} from './derivative.js';

const X = [0.2, -0.7, 1.1];
const W = [1.5, -0.5, 0.75];
const V = [0.3, 1.2, -0.9];

describeBackends('second derivatives by vjp of vjp', () => {
  useOwnGradients();

  for (const {name, f, first, second} of SMOOTH) {
    it(`gives the first and second derivative of ${name}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x = tf.tensor1d(POINTS);
          expectClose(nthDerivative(f, 1)(x), POINTS.map(first), 1e-6);
          expectClose(nthDerivative(f, 2)(x), POINTS.map(second), 2e-6);
        }),
      ));
  }

  it('gives the third derivative of tanh', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const third = POINTS.map((x) => {
          const s = 1 - Math.tanh(x) ** 2;
          return -2 * s * (s - 2 * Math.tanh(x) ** 2);
        });
        expectClose(nthDerivative((x) => tf.tanh(x), 3)(tf.tensor1d(POINTS)), third, 2e-6);
      }),
    ));

  const vectors = [
    {name: 'softmax', f: (x: tf.Tensor) => tf.softmax(x), forms: softmaxForms(X, W, V)},
    {name: 'logSoftmax', f: (x: tf.Tensor) => tf.logSoftmax(x), forms: logSoftmaxForms(X, W, V)},
  ];
  for (const {name, f, forms} of vectors) {
    it(`gives the gradient and a Hessian product of a weighted ${name}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x = tf.tensor1d(X);
          const gradient = (at: tf.Tensor) => vjp(f, [at], tf.tensor1d(W))[0];
          expectClose(gradient(x), forms.gradient, 1e-6);
          expectClose(vjp(gradient, [x], tf.tensor1d(V))[0], forms.hessianProduct, 2e-6);
        }),
      ));
  }

  it('gives the second derivative under the tape of tf.grad', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const {f, second} of SMOOTH) {
          const sum = tf.grad((x) => tf.sum(derivative(f)(x)));
          expectClose(sum(tf.tensor1d(POINTS)), POINTS.map(second), 2e-6);
        }
      }),
    ));

  it('differentiates a vjp with respect to its cotangent', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const pull = (u: tf.Tensor) => vjp((x) => tf.exp(x), [tf.tensor1d(POINTS)], u)[0];
        expectClose(
          derivative(pull)(tf.ones([4])),
          POINTS.map((x) => Math.exp(x)),
          1e-6,
        );
      }),
    ));

  it('names the operation that severs the second derivative of elu', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const message = messageOf(() => nthDerivative((x) => tf.elu(x), 2)(tf.tensor1d([-1, 1])));
        assert.match(message, /'EluGrad' has no gradient in tfjs/);
        assert.match(message, /enableHigherOrderGradients\(\)/);
      }),
    ));
});

describe('second derivatives by vjp of vjp [cpu only]', () => {
  useOwnGradients();
  before(() => tf.setBackend('cpu'));

  // The wasm backend has no kernel for the first derivative of maxPool.
  it('names the operation that severs the second derivative of maxPool', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const pool = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid');
        const gradient = (x: tf.Tensor) => vjp(pool, [x], tf.ones([1, 1, 1, 1]))[0];
        const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
        expectClose(gradient(x), [0, 0, 0, 1]);
        assert.match(
          messageOf(() => vjp(gradient, [x], tf.ones([1, 2, 2, 1]))),
          /'MaxPoolGrad' has no gradient/,
        );
      }),
    ));
});
