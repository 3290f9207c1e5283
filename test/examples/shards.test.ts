/** @file Training in parallel: the gradients of shards, weighted by their sizes, are the gradient of the whole batch. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs';
import {assert} from 'chai';
import {gradientsOf, meanOf} from '../../examples/support/shards.js';
import {OptNetQP, QPLayer} from '../../src/index.js';

const SIZES = [5, 1, 9, 17];
const TOTAL = SIZES.reduce((a, b) => a + b);

describe('training in parallel', () => {
  before(() => tf.setBackend('cpu'));

  for (const [name, layer] of Object.entries({
    QPLayer: () => new QPLayer({inputShape: [6], inequalities: 4}),
    OptNetQP: () => new OptNetQP({inputShape: [6], inequalities: 4, equalities: 2}),
  })) {
    it(`${name}: the sum over shards is the gradient of the whole batch`, () => {
      const model = tf.sequential({
        layers: [tf.layers.dense({units: 6, inputShape: [6], activation: 'tanh'}), layer()],
      });
      const x = tf.randomNormal([TOTAL, 6], 0, 1, 'float32', 1) as tf.Tensor2D;
      const y = tf.randomNormal([TOTAL, 6], 0, 1, 'float32', 2) as tf.Tensor2D;
      const loss = (inputs: tf.Tensor, targets: tf.Tensor) =>
        tf.losses.meanSquaredError(targets, model.apply(inputs) as tf.Tensor) as tf.Scalar;
      const whole = gradientsOf(model, () => loss(x, y), TOTAL);
      const [inputs, targets] = [x, y].map((v) => tf.split(v, SIZES));
      const shards = SIZES.map((size, i) => gradientsOf(model, () => loss(inputs[i], targets[i]), size));
      const sum = meanOf(shards);
      assert.isAbove(whole.values.length, 4);
      whole.values.forEach((values, i) => {
        const scale = values.reduce((a, v) => Math.max(a, Math.abs(v)), 1e-3);
        values.forEach((v, j) => assert.closeTo(sum.values[i][j], v, 1e-6 * Math.max(1, scale)));
      });
      model.dispose();
      tf.dispose([x, y, ...inputs, ...targets]);
    });
  }
});
