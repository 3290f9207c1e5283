/** @file Solves that throw while a tape is on leave no more tensors behind than ordinary code does. */
import * as tf from '@tensorflow/tfjs-core';
import {layers as keras, sequential} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {QPLayer, solveQP} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectNoLeak, messageOf} from '../helpers/expect.js';

describeBackends('a solve that throws', () => {
  it('inside tf.grad leaves nothing behind', () =>
    expectNoLeak(() => {
      const p = tf.tensor2d([[1]]);
      const infeasible = {Q: [[1]], G: [[1], [-1]], h: [0, -1]};
      const loss = (value: tf.Tensor) => tf.sum(solveQP({...infeasible, p: value}, {onFailure: 'throw'}).x);
      assert.match(
        messageOf(() => tf.grad(loss)(p)),
        /infeasible/,
      );
      p.dispose();
    }));

  it('within fit leaves no more behind than an ordinary one', async () => {
    class Thrower extends keras.Layer {
      static readonly className = 'TestThrower';
      override call(): tf.Tensor {
        throw new Error('infeasible');
      }
    }
    const leaked = async (layer: keras.Layer) => {
      const net = sequential({layers: [keras.dense({units: 1, inputShape: [1]}), layer]});
      net.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
      const x = tf.ones([2, 1]);
      const before = tf.memory().numTensors;
      let message = '';
      await net.fit(x, x, {verbose: 0}).catch((error: Error) => (message = error.message));
      const count = tf.memory().numTensors - before;
      assert.match(message, /infeasible/);
      net.dispose();
      x.dispose();
      return count;
    };
    const ordinary = await leaked(new Thrower({}));
    const constants = {Q: [[1]], G: [[1], [-1]], h: [0, -1]};
    assert.isAtMost(await leaked(new QPLayer({constants, onFailure: 'throw'})), ordinary);
  });
});
