/** @file enableHigherOrderGradients changes a global registry, which these tests put back. */
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

/** Tests of numbers, as truth values. */
const MASKS: Record<string, (x: tf.Tensor, one: tf.Tensor) => tf.Tensor> = {
  Equal: (x, one) => tf.equal(x, one),
  NotEqual: (x, one) => tf.notEqual(x, one),
  Greater: (x, one) => tf.greater(x, one),
  GreaterEqual: (x, one) => tf.greaterEqual(x, one),
  Less: (x, one) => tf.less(one, x),
  LessEqual: (x, one) => tf.lessEqual(one, x),
  LogicalAnd: (x, one) => tf.logicalAnd(tf.greater(x, one), tf.less(x, 5)),
  LogicalOr: (x, one) => tf.logicalOr(tf.less(x, 0), tf.greater(x, one)),
  LogicalNot: (x, one) => tf.logicalNot(tf.less(x, one)),
  IsNan: (x) => tf.isNaN(x),
  IsInf: (x) => tf.isInf(x),
  IsFinite: (x) => tf.isFinite(x),
};
const MENDED_KERNELS = [...Object.keys(MASKS), tf.Exp, tf.Tanh, tf.Sigmoid, tf.Elu, tf.Softmax, tf.Pow];

/** f′ by tfjs's own tape. */
const tfDerivative = (f: Unary): Unary => tf.grad((x) => tf.sum(f(x)));

/** v ↦ ∇²(reduce)(x)·v by tfjs twice and by ours twice. */
function hessianProducts(reduce: (x: tf.Tensor) => tf.Tensor): tf.Tensor[] {
  const [x, v] = [tf.tensor1d(X), tf.tensor1d(V)];
  const ours = (at: tf.Tensor) => vjp(reduce, [at], tf.scalar(1))[0];
  return [tf.grad((at) => tf.sum(tf.mul(v, tf.grad(reduce)(at))))(x), vjp(ours, [x], v)[0]];
}

describeBackends('enableHigherOrderGradients', () => {
  const before = new Map<string, ReturnType<typeof tf.getGradient> | undefined>();
  beforeEach(() => {
    for (const name of MENDED_KERNELS) before.set(name, tf.getGradient(name));
    enableHigherOrderGradients();
    enableHigherOrderGradients();
  });
  afterEach(() => {
    for (const [name, config] of before) {
      if (config) tf.registerGradient(config);
      else if (tf.getGradient(name)) tf.unregisterGradient(name);
    }
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

  for (const [name, mask] of Object.entries(MASKS)) {
    it(`passes through a mask of ${name} to both orders, with a number and with a tensor that broadcasts`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x = tf.tensor2d([-2, 1, 3, 0.5], [2, 2]);
          for (const one of [tf.scalar(1), tf.ones([2, 1])]) {
            const chosen = Array.from(mask(x, one).dataSync());
            const f = (at: tf.Tensor, bound: tf.Tensor) =>
              tf.sum(tf.mul(tf.cast(mask(at, bound), 'float32'), tf.square(at)));
            const gradient = (at: tf.Tensor) => tf.grad((y: tf.Tensor) => f(y, one))(at);
            expectClose(gradient(x), tf.mul(2, tf.mul(tf.tensor(chosen, x.shape, 'float32'), x)), 1e-6);
            const curvature = tf.grad((at: tf.Tensor) => tf.sum(gradient(at)))(x);
            expectClose(
              curvature,
              chosen.map((value) => 2 * value),
              1e-6,
            );
            if (!/Is/.test(name))
              expectClose(tf.grad((bound: tf.Tensor) => f(x, bound))(one), tf.zerosLike(one), 0);
          }
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
