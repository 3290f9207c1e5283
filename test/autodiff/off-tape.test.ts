/** @file offTape hides what it runs from every gradient, and puts the tape back. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {isTapeOn, offTape, vjp} from '../../src/autodiff/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

describeBackends('offTape', () => {
  it('makes its result a constant of the gradient around it', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = (x: tf.Tensor) =>
          tf.mul(
            x,
            offTape(() => tf.square(x)),
          );
        expectClose(tf.grad(f)(tf.scalar(3)), 9);
        expectClose(vjp(f, [tf.scalar(3)], tf.scalar(1))[0], 9);
      }),
    ));

  it('lets tf.grad work inside, under a gradient and in the forward pass of tf.customGrad', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const slope = (x: tf.Tensor) => offTape(() => tf.grad((y: tf.Tensor) => tf.square(y))(x));
        expectClose(tf.grad((x: tf.Tensor) => tf.mul(x, slope(x)))(tf.scalar(3)), 6);
        const op = tf.customGrad((...args) => {
          const x = args[0] as tf.Tensor;
          return {value: slope(x), gradFunc: (dy: tf.Tensor) => tf.clone(dy)};
        });
        expectClose(op(tf.scalar(5)), 10);
      }),
    ));

  it('is off inside and on again afterwards, also when it throws', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const seen: boolean[] = [];
        const gradient = tf.grad((x: tf.Tensor) => {
          seen.push(isTapeOn());
          offTape(() => {
            seen.push(isTapeOn());
            return tf.exp(x);
          });
          seen.push(isTapeOn());
          const failing = () => {
            tf.exp(x);
            throw new Error('user error');
          };
          assert.equal(
            messageOf(() => offTape(failing)),
            'user error',
          );
          seen.push(isTapeOn());
          return tf.square(x);
        });
        expectClose(gradient(tf.scalar(3)), 6);
        assert.deepEqual(seen, [true, false, true, true]);
        assert.isFalse(isTapeOn());
      }),
    ));

  it('frees its intermediates and leaves only what it returns', () =>
    expectNoLeak(() => {
      const before = tf.memory().numTensors;
      const result = offTape(() => tf.exp(tf.scalar(0)));
      assert.equal(tf.memory().numTensors, before + 1);
      expectClose(result, 1);
      result.dispose();
    }));
});
