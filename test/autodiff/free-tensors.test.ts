/** @file freeTensors finds what a function closes over. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {freeTensors, vjp} from '../../src/autodiff/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectNoLeak, messageOf} from '../helpers/expect.js';

const ids = (tensors: tf.Tensor[]) => tensors.map(({id}) => id);

describeBackends('freeTensors', () => {
  it('finds closed-over tensors and variables, each once', () =>
    expectNoLeak(() => {
      const [w, x] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])];
      const b = tf.tidy(() => tf.variable(tf.tensor1d([1, 1])));
      const f = ([y]: tf.Tensor[]) => [tf.add(tf.mul(w, tf.mul(w, y)), b)];
      assert.sameMembers(ids(freeTensors(f, [x])), ids([w, b]));
      tf.dispose([w, x, b]);
    }));

  it('finds nothing in a function of its arguments and of tensors that it makes', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.scalar(2);
        assert.isEmpty(freeTensors(([y]) => [tf.mul(y, tf.scalar(3))], [x]));
      }),
    ));

  it('finds a tensor that is an argument and is closed over too', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.scalar(2);
        assert.deepEqual(ids(freeTensors(([y]) => [tf.mul(y, x)], [x])), [x.id]);
      }),
    ));

  it('passes integer tensors by', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const index = tf.tensor1d([1], 'int32');
        const x = tf.tensor1d([5, 6]);
        assert.isEmpty(freeTensors(([y]) => [tf.mul(y, tf.sum(tf.oneHot(index, 2), 0))], [x]));
      }),
    ));

  it('finds a tensor that only a nested vjp reads', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [w, x] = [tf.scalar(3), tf.scalar(2)];
        const f = ([y]: tf.Tensor[]) => vjp((z: tf.Tensor) => tf.mul(w, tf.square(z)), [y], tf.scalar(1));
        assert.deepEqual(ids(freeTensors(f, [x])), [w.id]);
      }),
    ));

  it('finds an intermediate of the enclosing function, and leaves its tape alone', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const found: number[] = [];
        let expected = -1;
        const gradient = tf.grad((w) => {
          const doubled = tf.mul(w, 2);
          expected = doubled.id;
          found.push(...ids(freeTensors(([y]) => [tf.mul(y, doubled)], [tf.scalar(1)])));
          return tf.square(doubled);
        })(tf.scalar(3));
        assert.deepEqual(found, [expected]);
        assert.equal(gradient.dataSync()[0], 24);
      }),
    ));

  it('leaves nothing behind when the function throws', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const failing = ([y]: tf.Tensor[]): tf.Tensor[] => {
          tf.exp(y);
          throw new Error('user error');
        };
        assert.equal(
          messageOf(() => freeTensors(failing, [tf.scalar(1)])),
          'user error',
        );
      }),
    ));
});
