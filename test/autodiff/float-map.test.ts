/** @file floatMap, asFloat and nothing: what reaches a map, what does not, and gradients where there is nothing to map. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {asFloat, floatMap, isTapeOn, nothing, vjp} from '../../src/autodiff/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

describeBackends('floatMap', () => {
  it('hands floats on as they are, integers and truth values as float32, however deep; and nothing else is touched', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor1d([1, 2], 'int32');
        const [weight, mask] = [tf.tensor1d([0.5, 0.5]), tf.tensor1d([1, 0], 'bool')];
        const settings = new Map([['a', 1]]);
        const bare = Object.assign(Object.create(null) as {mask: tf.Tensor}, {mask});
        const given = {
          x,
          params: {weight, list: [mask, 3, null]},
          bare,
          settings,
          name: 'me',
          missing: undefined,
        };
        const y = floatMap('who', given as never, (floats) => {
          const {params, bare, settings: same, name, missing} = floats as unknown as typeof given;
          assert.equal(params.weight, weight);
          assert.equal((params.list[0] as tf.Tensor).dtype, 'float32');
          assert.isArray(params.list);
          assert.deepEqual(params.list.slice(1), [3, null]);
          assert.equal(bare.mask.dtype, 'float32');
          assert.equal(same, settings);
          assert.equal(name, 'me');
          assert.isUndefined(missing);
          const {x} = floats as {x: tf.Tensor};
          assert.equal(x.dtype, 'float32');
          return tf.mul(tf.mul(x, params.weight), params.list[0] as tf.Tensor);
        });
        expectClose(y, [0.5, 0]);
        assert.equal(mask.dtype, 'bool');
      }),
    ));

  it('refuses strings and complex numbers by the place where they stand', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [x, text] = [tf.scalar(1), tf.scalar('a')];
        const y = () => x;
        for (const [given, place] of [
          [{x: text}, 'x'],
          [{x, weight: text}, 'weight'],
          [{x, params: {list: [1, text]}}, 'params.list.1'],
        ] as [{x: tf.Tensor}, string][]) {
          assert.equal(
            messageOf(() => floatMap('who', given, y)),
            `who: ${place} must be a tensor of real numbers, got one of dtype 'string'. Cast it to float32.`,
          );
        }
      }),
    ));

  it('gives an empty x back, without asking the map, with gradients of zero in all that came, to any order', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.zeros([0, 3]);
        const [weight, deep] = [tf.tensor1d([1, 2]), tf.scalar(3)];
        const never = () => assert.fail('asked');
        const f = (...[x, weight, deep]: tf.Tensor[]) =>
          floatMap('who', {x, weight, params: [{deep}], count: 2, index: tf.scalar(1, 'int32')}, never);
        assert.deepEqual(f(x, weight, deep).shape, [0, 3]);
        const total = (...at: tf.Tensor[]) => tf.sum(f(...at));
        const slopes = tf.grads(total)([x, weight, deep]);
        assert.deepEqual(
          slopes.map(({shape}) => shape),
          [[0, 3], [2], []],
        );
        for (const slope of slopes.slice(1)) expectClose(slope, tf.zerosLike(slope), 0);
        const again = tf.grad((at: tf.Tensor) => tf.sum(tf.grads(total)([x, at, deep])[1]))(weight);
        expectClose(again, [0, 0]);
      }),
    ));

  it('leaves neither tensors nor operations on the tape when the map throws', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const slope = tf.grad((x: tf.Tensor) => {
          const failing = () =>
            floatMap('who', {x: tf.cast(x, 'int32')}, ({x}) => {
              tf.exp(tf.exp(x));
              throw new Error('user error');
            });
          assert.equal(messageOf(failing), 'user error');
          assert.isTrue(isTapeOn());
          return tf.square(x);
        });
        expectClose(slope(tf.scalar(3)), 6);
      }),
    ));

  it('outside a tidy leaves its result alone', () =>
    expectNoLeak(() => {
      const x = tf.tensor1d([1, 2], 'int32');
      const before = tf.memory().numTensors;
      const y = floatMap('who', {x}, ({x}) => tf.exp(tf.neg(x)));
      assert.equal(tf.memory().numTensors, before + 1);
      tf.dispose([x, y]);
    }));
});

describeBackends('nothing and asFloat', () => {
  it('nothing is zeros of each shape, with a gradient of zero in each float, by vjp and by tf.grads', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [a, b] = [tf.tensor1d([1, 2]), tf.tensor2d([[3]])];
        const index = tf.tensor1d([1, 2, 3], 'int32');
        const f = (a: tf.Tensor, b: tf.Tensor) => nothing([[2, 2], [3]], [a, index, b]);
        const [y, z] = f(a, b);
        expectClose(y, [0, 0, 0, 0]);
        expectClose(z, [0, 0, 0]);
        const slopes = vjp(f, [a, b], [tf.ones([2, 2]), tf.ones([3])]);
        assert.deepEqual(
          slopes.map(({shape}) => shape),
          [[2], [1, 1]],
        );
        expectClose(slopes[0], [0, 0]);
        const twice = tf.grad((at: tf.Tensor) =>
          tf.sum(tf.grad((c: tf.Tensor) => tf.add(tf.sum(f(a, c)[0]), tf.sum(tf.square(c))))(at)),
        );
        expectClose(twice(b), 2);
      }),
    ));

  it('asFloat is differentiable where it has something to do, and does nothing where it has not', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.scalar(2);
        assert.equal(asFloat('who', 'x', x), x);
        assert.equal(asFloat('who', 'x', 5), 5);
        assert.isNull(asFloat('who', 'x', null));
        assert.equal(asFloat('who', 'x', tf.scalar(2, 'int32')).dtype, 'float32');
        const list = asFloat('who', 'x', [x, tf.scalar(true, 'bool')]);
        assert.equal(list[0], x);
        assert.equal(list[1].dtype, 'float32');
      }),
    ));
});
