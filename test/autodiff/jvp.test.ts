/** @file jvp against closed forms, and that it can be differentiated. */
import * as tf from '@tensorflow/tfjs-core';
import {withoutGradient} from '../helpers/no-gradient.js';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {jvp, vjp} from '../../src/autodiff/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {POINTS, SMOOTH, softmaxForms} from './closed-forms.js';
import {derivative} from './derivative.js';

const TANGENT = [0.5, -2, 1, 3];
const entry = fc.integer({min: -40, max: 40}).map((k) => k / 16);
const vector = fc.array(entry, {minLength: 3, maxLength: 3});

describeBackends('jvp', () => {
  for (const {name, f, first, second} of SMOOTH) {
    it(`gives the tangent of ${name}, and its derivative`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x = tf.tensor1d(POINTS);
          const tangent = tf.tensor1d(TANGENT);
          const push = (at: tf.Tensor) => jvp(f, [at], [tangent]);
          expectClose(
            push(x),
            POINTS.map((at, i) => first(at) * TANGENT[i]),
            1e-6,
          );
          expectClose(
            derivative(push)(x),
            POINTS.map((at, i) => second(at) * TANGENT[i]),
            2e-6,
          );
        }),
      ));
  }

  it('is differentiable in the tangent', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor1d([2, 3]);
        const push = (v: tf.Tensor) => jvp((at: tf.Tensor) => tf.square(at), [x], [v]);
        expectClose(vjp(push, [tf.tensor1d([1, 1])], tf.tensor1d([1, 10]))[0], [4, 60]);
      }),
    ));

  it('is differentiable by tf.grad', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const push = tf.grad((x) => jvp((at: tf.Tensor) => tf.tanh(at), [x], [tf.scalar(3)]));
        const t = Math.tanh(0.7);
        expectClose(push(tf.scalar(0.7)), 3 * -2 * t * (1 - t * t), 2e-6);
      }),
    ));

  it('takes null for a zero tangent and structures for x', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = ({a}: {a: tf.Tensor}, b: tf.Tensor) => ({ab: tf.mul(a, b), b2: tf.square(b)});
        const {ab, b2} = jvp(f, [{a: tf.scalar(2)}, tf.scalar(3)], [null, tf.scalar(10)]);
        expectClose(ab, 20);
        expectClose(b2, 60);
      }),
    ));

  it('is zero where nothing moves', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const constant = tf.tensor1d([1, 2]);
        expectClose(
          jvp<[tf.Tensor], tf.Tensor>(() => constant, [tf.scalar(2)], [tf.scalar(1)]),
          [0, 0],
        );
        expectClose(
          jvp((x: tf.Tensor) => tf.square(x), [tf.scalar(2)], [null]),
          0,
        );
      }),
    ));

  it('is the adjoint of vjp: <u, Jv> = <Jᵀu, v>', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(vector, vector, vector, (x, u, v) =>
          tf.tidy(() => {
            const f = (at: tf.Tensor) => tf.softmax(tf.mul(at, tf.sin(at)));
            const [point, cotangent, tangent] = [x, u, v].map((values) => tf.tensor1d(values));
            const left = tf.sum(tf.mul(cotangent, jvp(f, [point], [tangent]))).dataSync()[0];
            const right = tf.sum(tf.mul(vjp(f, [point], cotangent)[0], tangent)).dataSync()[0];
            const size = 1 + Math.hypot(...u) * Math.hypot(...v);
            assert.isAtMost(Math.abs(left - right), 2e-6 * size);
          }),
        ),
        {numRuns: 40},
      ),
    ));

  it('gives the Jacobian product of softmax, which is symmetric', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [x, w] = [
          [0.2, -0.7, 1.1],
          [1.5, -0.5, 0.75],
        ];
        const {gradient} = softmaxForms(x, w, w);
        expectClose(
          jvp((at: tf.Tensor) => tf.softmax(at), [tf.tensor1d(x)], [tf.tensor1d(w)]),
          gradient,
          1e-6,
        );
      }),
    ));

  it('refuses tangents of another number or shape', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = (x: tf.Tensor) => tf.square(x);
        const none = [] as unknown as [tf.Tensor];
        assert.match(
          messageOf(() => jvp(f, [tf.scalar(1)], none)),
          /1 inputs, but 0 tangents/,
        );
        assert.match(
          messageOf(() => jvp(f, [tf.scalar(1)], [tf.tensor1d([1])])),
          /Tangent 0 of jvp must have the shapes/,
        );
      }),
    ));

  it('names an operation without a gradient, and leaves nothing behind', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor1d([1, 2]);
        assert.match(
          messageOf(() => jvp((at: tf.Tensor) => withoutGradient(at), [x], [x])),
          /'GatherNd'/,
        );
      }),
    ));
});
