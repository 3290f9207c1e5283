/** @file enableHigherOrderGradients changes a global registry, so this file runs after its siblings. */
import * as tf from '@tensorflow/tfjs-core';
import {enableHigherOrderGradients, vjp} from '../../src/autodiff/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {
  logSoftmaxForms,
  MENDED,
  POINTS,
  SIGNED_POINTS,
  SMOOTH,
  softmax,
  softmaxForms,
  type ClosedForm,
} from './closed-forms.js';
import {nthDerivative, type Unary} from './derivative.js';

const X = [0.2, -0.7, 1.1];
const W = [1.5, -0.5, 0.75];
const V = [0.3, 1.2, -0.9];

/** f′ by tfjs's own tape. */
const tfDerivative = (f: Unary): Unary => tf.grad((x) => tf.sum(f(x)));

/** v ↦ ∇²(reduce)(x)·v by tfjs twice and by ours twice. */
function hessianProducts(reduce: (x: tf.Tensor) => tf.Tensor): tf.Tensor[] {
  const [x, v] = [tf.tensor1d(X), tf.tensor1d(V)];
  const ours = (at: tf.Tensor) => vjp(reduce, [at], tf.scalar(1))[0];
  return [tf.grad((at) => tf.sum(tf.mul(v, tf.grad(reduce)(at))))(x), vjp(ours, [x], v)[0]];
}

describeBackends('enableHigherOrderGradients', () => {
  before(() => {
    enableHigherOrderGradients();
    enableHigherOrderGradients();
  });

  const cases: [ClosedForm, number[]][] = [
    ...SMOOTH.map((form): [ClosedForm, number[]] => [form, POINTS]),
    ...MENDED.map((form): [ClosedForm, number[]] => [form, SIGNED_POINTS]),
  ];
  for (const [{name, f, first, second}, points] of cases) {
    it(`gives the derivatives of ${name} by tf.grad of tf.grad and by vjp of vjp`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x = tf.tensor1d(points);
          expectClose(tfDerivative(f)(x), points.map(first), 1e-6);
          expectClose(tfDerivative(tfDerivative(f))(x), points.map(second), 2e-6);
          expectClose(nthDerivative(f, 2)(x), points.map(second), 2e-6);
        }),
      ));
  }

  it('gives Hessian products of a weighted softmax', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {gradient, hessianProduct} = softmaxForms(X, W, V);
        const reduce = (x: tf.Tensor) => tf.sum(tf.mul(tf.tensor1d(W), tf.softmax(x)));
        expectClose(tf.grad(reduce)(tf.tensor1d(X)), gradient, 1e-6);
        for (const product of hessianProducts(reduce)) expectClose(product, hessianProduct, 2e-6);
      }),
    ));

  // tfjs writes logSoftmax as a tf.customGrad that reads its own output, which no registry entry can mend: ours only.
  it('leaves Hessian products of a weighted logSoftmax right', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {gradient, hessianProduct} = logSoftmaxForms(X, W, V);
        const slope = (x: tf.Tensor) => vjp((at: tf.Tensor) => tf.logSoftmax(at), [x], tf.tensor1d(W))[0];
        expectClose(slope(tf.tensor1d(X)), gradient, 1e-6);
        expectClose(vjp(slope, [tf.tensor1d(X)], tf.tensor1d(V))[0], hessianProduct, 2e-6);
      }),
    ));

  it('gives Hessian products of logSumExp', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {hessianProduct} = logSoftmaxForms(X, [0, -1, 0], V);
        expectClose(tf.grad((x) => tf.logSumExp(x))(tf.tensor1d(X)), softmax(X), 1e-6);
        for (const product of hessianProducts((x) => tf.logSumExp(x))) {
          expectClose(product, hessianProduct, 2e-6);
        }
      }),
    ));

  it('gives Hessian products of the square of max and min', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const product of hessianProducts((x) => tf.square(tf.max(x)))) {
          expectClose(product, [0, 0, 2 * V[2]], 1e-6);
        }
        for (const product of hessianProducts((x) => tf.square(tf.min(x)))) {
          expectClose(product, [0, 2 * V[1], 0], 1e-6);
        }
      }),
    ));

  it('gives both derivatives of pow with broadcast base and exponent', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [bases, exponents] = [
          [0.5, 2],
          [1.5, 3],
        ];
        const f = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.pow(a, b));
        const [a, b] = [tf.tensor2d(bases, [2, 1]), tf.tensor1d(exponents)];
        const [da, db] = tf.grads(f)([a, b]);
        const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
        expectClose(
          da,
          bases.map((base) => sum(exponents.map((e) => e * base ** (e - 1)))),
        );
        expectClose(
          db,
          exponents.map((e) => sum(bases.map((base) => base ** e * Math.log(base)))),
          1e-6,
        );
        const second = tf.grad((at: tf.Tensor) => tf.sum(tf.grads(f)([a, at])[1]))(b);
        expectClose(
          second,
          exponents.map((e) => sum(bases.map((base) => base ** e * Math.log(base) ** 2))),
          2e-6,
        );
      }),
    ));

  it('keeps the negative tail of elu finite where exp of the positive one overflows', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor1d([200, -200]);
        expectClose(tfDerivative((at) => tf.elu(at))(x), [1, 0]);
        expectClose(tfDerivative(tfDerivative((at) => tf.elu(at)))(x), [0, 0]);
      }),
    ));
});
