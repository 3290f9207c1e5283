/** @file customRoot against closed forms, to the third order. */
import * as tf from '@tensorflow/tfjs-core';
import {customFixedPoint, customRoot} from '../../src/implicit/index.js';
import {nthDerivative, type Unary} from '../autodiff/derivative.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

const T = [0.5, 1, 4];

const sqrtRoot = customRoot((x: tf.Tensor, t: tf.Tensor) => tf.sub(tf.square(x), t))((_init, t) =>
  tf.sqrt(t),
);
const sqrt: Unary = (t) => sqrtRoot(null, t);
const SQRT = [
  (t: number) => t ** 0.5,
  (t: number) => 0.5 * t ** -0.5,
  (t: number) => -0.25 * t ** -1.5,
  (t: number) => 0.375 * t ** -2.5,
];

const inverseRoot = customRoot((x: tf.Tensor, t: tf.Tensor) => tf.sub(tf.mul(x, t), 1))((_init, t) =>
  tf.div(1, t),
);
const inverse: Unary = (t) => inverseRoot(null, t);

/** 1/w from a condition that closes over w. */
const closedOver: Unary = (w) =>
  customRoot((x: tf.Tensor) => tf.sub(tf.mul(x, w), 1))(() => tf.div(1, w))(null);
const INVERSE = [
  (t: number) => 1 / t,
  (t: number) => -(t ** -2),
  (t: number) => 2 * t ** -3,
  (t: number) => -6 * t ** -4,
];

const gradSum = (f: Unary): Unary => tf.grad((x) => tf.sum(f(x)));
const column = () => tf.tensor2d(T, [3, 1]);

describeBackends('customRoot to the third order', () => {
  const cases = [
    {name: 'the square root', f: sqrt, forms: SQRT},
    {name: '1/t', f: inverse, forms: INVERSE},
    {name: '1/w with w closed over', f: closedOver, forms: INVERSE},
  ];
  for (const {name, f, forms} of cases) {
    forms.forEach((form, order) => {
      it(`gives derivative ${order} of ${name} by vjp`, () =>
        expectNoLeak(() => tf.tidy(() => expectClose(nthDerivative(f, order)(column()), T.map(form), 2e-6))));

      it(`gives derivative ${order} of ${name} by tf.grad`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            let derivative = f;
            for (let i = 0; i < order; i++) derivative = gradSum(derivative);
            expectClose(derivative(column()), T.map(form), 2e-6);
          }),
        ));
    });
  }

  it('gives the derivatives of 1/w to tf.variableGrads', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const w = tf.variable(column(), true, 'implicit-w');
        [0, 1, 2].forEach((order) => {
          const loss = () => tf.sum<tf.Scalar>(nthDerivative(closedOver, order)(w));
          expectClose(tf.variableGrads(loss).grads[w.name], T.map(INVERSE[order + 1]), 2e-6);
        });
        w.dispose();
      }),
    ));

  it('gives the gradient of the sum of parameter and closed-over tensor when one tensor is both', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // x = t·t, once as an argument and once closed over.
        const both: Unary = (t) =>
          customRoot((x: tf.Tensor, s: tf.Tensor) => tf.sub(x, tf.mul(s, t)))((_init, s) => tf.mul(s, t))(
            null,
            t,
          );
        expectClose(nthDerivative(both, 1)(column()), [1, 2, 8]);
        expectClose(nthDerivative(both, 2)(column()), [2, 2, 2]);
        expectClose(gradSum(both)(column()), [1, 2, 8]);
      }),
    ));

  it('gives the derivatives of a scalar root', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        SQRT.forEach((form, order) => expectClose(nthDerivative(sqrt, order)(tf.scalar(4)), form(4), 2e-6));
      }),
    ));
});

describeBackends('customFixedPoint', () => {
  // x = t·cos x, so x′ = cos x / (1 + t·sin x).
  const solve = (t: number) => {
    let x = 0.5;
    for (let i = 0; i < 100; i++) x -= (x - t * Math.cos(x)) / (1 + t * Math.sin(x));
    return x;
  };
  const times = [0.25, 0.5, 0.75];
  const roots = times.map(solve);
  const slope = (t: number, x: number) => Math.cos(x) / (1 + t * Math.sin(x));
  const fixedPoint: Unary = (t) =>
    customFixedPoint((x: tf.Tensor, s: tf.Tensor) => tf.mul(s, tf.cos(x)))(() => tf.tensor2d(roots, [3, 1]))(
      null,
      t,
    );

  it('gives the first and second derivative of x = t cos x', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const t = tf.tensor2d(times, [3, 1]);
        const first = times.map((time, i) => slope(time, roots[i]));
        const second = times.map((time, i) => {
          const [s, c, dx] = [Math.sin(roots[i]), Math.cos(roots[i]), first[i]];
          const d = 1 + time * s;
          return (-s * dx * d - c * (s + time * c * dx)) / d ** 2;
        });
        expectClose(fixedPoint(t), roots);
        expectClose(nthDerivative(fixedPoint, 1)(t), first, 1e-6);
        expectClose(nthDerivative(fixedPoint, 2)(t), second, 2e-6);
        expectClose(gradSum(gradSum(fixedPoint))(t), second, 2e-6);
      }),
    ));
});
