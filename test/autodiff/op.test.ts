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

  it('asks for the last gradient first, with null for zeros, unless it is differentiated again', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const asked: string[] = [];
        const operation = (x: tf.Tensor, knows: boolean): tf.Tensor =>
          recordOp({
            name: 'SquareAndCube',
            values: [tf.square(x), tf.pow(x, 3)],
            inputs: [x],
            gradient: ([u, v], _outputs, [at]) => {
              asked.push('gradient');
              return [tf.add(tf.mul(tf.mul(2, at), u), tf.mul(tf.mul(3, tf.square(at)), v))];
            },
            finalGradient: ([u, v], _outputs, [at]) => {
              asked.push(`final, ${v === null ? 'no' : 'a'} cotangent of the cube`);
              return knows ? [tf.mul(tf.mul(2, at), u!)] : null;
            },
          })[0];
        const x = tf.scalar(3);
        expectClose(tf.grad((y) => operation(y, true))(x), 6);
        assert.deepEqual(asked.splice(0), ['final, no cotangent of the cube']);
        expectClose(tf.grad((y) => operation(y, false))(x), 6);
        assert.deepEqual(asked.splice(0), ['final, no cotangent of the cube', 'gradient']);
        expectClose(tf.grad((z) => tf.grad((y) => operation(y, true))(z))(x), 2);
        assert.deepEqual(asked, ['gradient']);
      }),
    ));

  it('puts one entry on a tape whose backward pass is not recorded', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const lengths: number[] = [];
        const counted = (x: tf.Tensor): tf.Tensor => {
          const {state} = tf.engine() as unknown as {state: {activeTape: unknown[]}};
          const before = state.activeTape.length;
          const [y] = recordOp({name: 'Copy', values: [x], inputs: [x], gradient: ([dy]) => [dy]});
          lengths.push(state.activeTape.length - before);
          return y;
        };
        const x = tf.scalar(3);
        tf.grad(counted)(x);
        vjp(counted, [x], tf.scalar(1));
        tf.grad((z) => tf.grad((y) => tf.mul(y, counted(y)))(z))(x);
        assert.deepEqual(lengths, [1, 3, 3]);
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
