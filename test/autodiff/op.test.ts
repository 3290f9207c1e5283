/** @file recordOp: an operation of several inputs and outputs with a gradient to any order. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {isTapeOn, recordOp, vjp} from '../../src/autodiff/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {nthDerivative} from './derivative.js';

/** (ab, a²), with a gradient written by hand. */
function productAndSquare(a: tf.Tensor, b: tf.Tensor): tf.Tensor[] {
  return tf.tidy(() =>
    recordOp({
      name: 'ProductAndSquare',
      values: [tf.mul(a, b), tf.square(a)],
      inputs: [a, b],
      gradient: ([u, v], _outputs, [x, y]) => [tf.add(tf.mul(u, y), tf.mul(tf.mul(2, v), x)), tf.mul(u, x)],
    }),
  );
}

/** exp, whose gradient reads the operation's own output. */
function exponential(x: tf.Tensor): tf.Tensor {
  return tf.tidy(
    () =>
      recordOp({
        name: 'Exponential',
        values: [tf.exp(x)],
        inputs: [x],
        gradient: ([dy], [y]) => [tf.mul(dy, y)],
      })[0],
  );
}

describeBackends('recordOp', () => {
  it('has the gradient given to it, with several inputs and outputs', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [a, b] = [tf.scalar(3), tf.scalar(5)];
        const [da, db] = vjp(productAndSquare, [a, b], [tf.scalar(1), tf.scalar(10)]);
        expectClose(da, 65);
        expectClose(db, 3);
      }),
    ));

  it('takes zero for the cotangent of an output that is not used', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = (a: tf.Tensor) => productAndSquare(a, tf.scalar(5))[1];
        expectClose(tf.grad(f)(tf.scalar(3)), 6);
      }),
    ));

  it('can be differentiated three times through its inputs and outputs, by vjp and by tf.grad', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor1d([0.5, 1]);
        const expected = [Math.exp(0.5), Math.E];
        for (const order of [1, 2, 3]) expectClose(nthDerivative(exponential, order)(x), expected, 1e-6);
        const third = tf.grad((z) => tf.grad((y) => tf.grad(exponential)(y))(z));
        expectClose(third(x), expected, 1e-6);
      }),
    ));

  it('is a plain copy off the tape', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        assert.isFalse(isTapeOn());
        const value = tf.scalar(2);
        const [copy] = recordOp({name: 'Copy', values: [value], inputs: [], gradient: () => []});
        assert.notEqual(copy.id, value.id);
        expectClose(copy, 2);
      }),
    ));

  it('leaves nothing behind when its gradient throws, in any backward pass', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const failing = (x: tf.Tensor): tf.Tensor =>
          recordOp({
            name: 'Failing',
            values: [tf.exp(x)],
            inputs: [x],
            gradient: () => {
              throw new Error('no gradient today');
            },
          })[0];
        const f = (x: tf.Tensor) => tf.exp(failing(tf.exp(x)));
        const variable = tf.variable(tf.scalar(1));
        const passes = [
          () => tf.grad(f)(tf.scalar(1)),
          () => vjp(f, [tf.scalar(1)], tf.scalar(1)),
          () => tf.variableGrads(() => f(variable) as tf.Scalar),
        ];
        for (const backward of passes) assert.equal(messageOf(backward), 'no gradient today');
        variable.dispose();
      }),
    ));
});
