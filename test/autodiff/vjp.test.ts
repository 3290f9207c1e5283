/** @file vjp: what it differentiates, what it refuses, and that it leaves nothing behind. */
import * as tf from '@tensorflow/tfjs-core';
import {withoutGradient} from '../helpers/no-gradient.js';
import {assert} from 'chai';
import {vjp} from '../../src/autodiff/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {derivative} from './derivative.js';

const one = () => tf.scalar(1);

describeBackends('vjp', () => {
  it('differentiates along its own function only, with no outer tape', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const a = tf.scalar(3);
        const z = tf.square(a);
        expectClose(vjp((a2: tf.Tensor) => tf.mul(z, a2), [a], one())[0], 9);
      }),
    ));

  it('differentiates along its own function only, under an outer tape (no perturbation confusion)', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        let inner = NaN;
        const outer = tf.grad((a) => {
          const z = tf.square(a);
          const [slope] = vjp((a2: tf.Tensor) => tf.mul(z, a2), [a], one());
          inner = slope.dataSync()[0];
          return slope;
        })(tf.scalar(3));
        assert.equal(inner, 9);
        // The slope is z = a², and the outer derivative sees that.
        expectClose(outer, 6);
      }),
    ));

  it('is zero for an input that the result does not depend on', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [dx, dy] = vjp<[tf.Tensor, tf.Tensor]>(
          (x) => tf.square(x),
          [tf.tensor1d([2]), tf.tensor2d([[1, 2]])],
          tf.tensor1d([1]),
        );
        expectClose(dx, [4]);
        expectClose(dy, [0, 0]);
        assert.deepEqual(dy.shape, [1, 2]);
      }),
    ));

  it('is zero for a result that is constant', () =>
    expectNoLeak(() => tf.tidy(() => expectClose(vjp<[tf.Tensor]>(() => one(), [one()], one())[0], 0))));

  it('takes and returns nested structures', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = ({a, b}: {a: tf.Tensor; b: tf.Tensor[]}, c: tf.Tensor) => [
          tf.mul(a, b[0]),
          {d: tf.mul(c, b[1])},
        ];
        const x = {a: tf.scalar(2), b: [tf.scalar(3), tf.scalar(5)]};
        const [dx, dc] = vjp(f, [x, tf.scalar(7)], [tf.scalar(1), {d: tf.scalar(10)}]);
        expectClose(dx.a, 3);
        expectClose(dx.b[0], 2);
        expectClose(dx.b[1], 70);
        expectClose(dc, 50);
      }),
    ));

  it('adds up over several outputs and several uses of an input', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = (x: tf.Tensor) => [tf.mul(x, x), x, x];
        expectClose(vjp(f, [tf.scalar(3)], [tf.scalar(1), tf.scalar(10), tf.scalar(100)])[0], 116);
      }),
    ));

  it('returns a tensor of its own for the identity', () =>
    expectNoLeak(() => {
      const x = tf.scalar(3);
      const u = tf.scalar(2);
      const [dx] = vjp((y: tf.Tensor) => y, [x], u);
      assert.notEqual(dx.id, u.id);
      expectClose(dx, 2);
      dx.dispose();
      expectClose(u, 2);
      tf.dispose([x, u]);
    }));

  it('runs through a mask that a comparison made', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = (x: tf.Tensor) => tf.where(tf.greater(x, 0), tf.square(x), tf.neg(x));
        expectClose(derivative(f)(tf.tensor1d([-2, 3])), [-1, 6]);
      }),
    ));

  it('passes integer results by', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = (x: tf.Tensor) => tf.mul(x, tf.cast(tf.argMax(x), 'float32'));
        expectClose(derivative(f)(tf.tensor1d([1, 2, 5])), [2, 2, 2]);
      }),
    ));

  it('names an operation that has no gradient', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const message = messageOf(() => derivative((x) => withoutGradient(x))(tf.tensor1d([1, 2, 3])));
        assert.match(message, /The operation 'GatherNd' has no gradient in tfjs/);
      }),
    ));

  it('minds an operation without a gradient only where it lies on the way', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const constants = tf.tensor1d([1, 2, 3]);
        expectClose(derivative((x) => tf.mul(x, tf.cumprod(constants)))(tf.tensor1d([1, 1, 1])), [1, 2, 6]);
      }),
    ));

  it('takes running sums over any axis, also in tf.grad', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const weights = tf.tensor2d([
          [1, 2],
          [3, 4],
        ]);
        const wide = tf.tensor2d([[1], [2], [3]]);
        const of = (w: tf.Tensor, axis: number) => (x: tf.Tensor) => tf.mul(w, tf.cumsum(x, axis));
        const x = tf.zerosLike(weights);
        // In tf.grad, too, if tfjs is loaded before this library, or after the first derivative.
        for (const gradient of [(f: (x: tf.Tensor) => tf.Tensor) => derivative(f), tf.grad]) {
          expectClose(gradient(of(weights, 0))(x), [4, 6, 3, 4]);
          expectClose(gradient(of(weights, 1))(x), [3, 2, 7, 4]);
          expectClose(gradient(of(wide, 0))(tf.zerosLike(wide)), [6, 5, 3]);
        }
      }),
    ));

  it('has the transpose of running sums over any axis of three, exclusive and reversed', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const shape = [2, 3, 4];
        const [x, w] = [1, 2].map((own) => tf.randomNormal(shape, 0, 1, 'float32', own));
        for (const axis of [0, 1, 2])
          for (const exclusive of [false, true])
            for (const reverse of [false, true]) {
              const f = (y: tf.Tensor) => tf.mul(w, tf.cumsum(y, axis, exclusive, reverse));
              // The map is linear: ⟨gradient, x⟩ is its value.
              expectClose(
                [tf.sum(tf.mul(derivative(f)(x), x)).dataSync()[0]],
                [tf.sum(f(x)).dataSync()[0]],
                1e-5,
                1e-5,
              );
            }
      }),
    ));

  it('refuses a cotangent of another shape or number', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = (x: tf.Tensor) => tf.square(x);
        assert.match(
          messageOf(() => vjp(f, [tf.tensor1d([1, 2])], one())),
          /Output 0 of the function has shape \[2\], but its cotangent has shape \[\]/,
        );
        assert.match(
          messageOf(() => vjp(f, [one()], [one(), one()])),
          /vjp: the cotangent must be a structure like the result of f: expected a tensor, got an array/,
        );
      }),
    ));

  it('leaves nothing behind when the function throws, with and without an outer tape', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const failing = (x: tf.Tensor): tf.Tensor => {
          tf.exp(tf.exp(x));
          throw new Error('user error');
        };
        assert.equal(
          messageOf(() => vjp(failing, [one()], one())),
          'user error',
        );
        const caught = tf.grad((x) => {
          assert.equal(
            messageOf(() => vjp(failing, [x], one())),
            'user error',
          );
          return tf.square(x);
        });
        expectClose(caught(tf.scalar(3)), 6);
      }),
    ));

  it('sums over axes along which an input was broadcast, also where tfjs does not', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [x, data] = [tf.tensor2d([[1], [2]]), tf.tensor1d([0, 4, 5])];
        const f = (x: tf.Tensor, data: tf.Tensor) => tf.squaredDifference(x, data);
        const [dx, dData] = vjp(f, [x, data], tf.ones([2, 3]));
        expectClose(dx, [-12, -6]);
        assert.deepEqual(dx.shape, [2, 1]);
        expectClose(dData, [-6, 10, 14]);
        assert.deepEqual(dData.shape, [3]);
      }),
    ));

  it('leaves only its result behind outside a tidy', () =>
    expectNoLeak(() => {
      const x = tf.scalar(2);
      const u = one();
      const before = tf.memory().numTensors;
      const [dx] = vjp((y: tf.Tensor) => tf.exp(tf.tanh(y)), [x], u);
      assert.equal(tf.memory().numTensors, before + 1);
      tf.dispose([x, u, dx]);
    }));
});
