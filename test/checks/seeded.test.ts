/** @file No test draws other numbers the next time, also where nobody thought of a seed. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {LassoLayer, QPLayer} from '../../src/index.js';
import '../helpers/backends.js';
import {randomOf} from '../helpers/random.js';

describe('what is drawn without a seed', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });

  it('hangs on the title of the test alone', function () {
    const own = randomOf(this.test!.fullTitle());
    assert.deepEqual([Math.random(), Math.random()], [own(), own()]);
  });

  const weights: number[][] = [];
  for (const twice of [1, 2]) {
    // Two tests of one title, which begin the same numbers.
    it('is the same for tensors and weights', () => {
      tf.tidy(() => {
        const lasso = new LassoLayer({units: 3});
        const qp = new QPLayer();
        for (const layer of [lasso, qp]) layer.build([null, 3]);
        const drawn = [tf.randomNormal([4]), tf.randomUniform([4]), tf.truncatedNormal([4])];
        const tensors = [...drawn, ...lasso.getWeights(), ...qp.getWeights()];
        weights.push(tensors.flatMap((tensor) => Array.from(tensor.dataSync())));
        for (const layer of [lasso, qp]) tf.dispose(layer.weights.map((weight) => weight.read()));
      });
      if (twice === 2) assert.deepEqual(weights[1], weights[0]);
    });
  }
});

describe('the seed of LassoLayer', () => {
  const dictionary = (seed?: number) =>
    tf.tidy(() => {
      const layer = new LassoLayer({units: 3, seed});
      layer.build([null, 4]);
      const values = Array.from(layer.getWeights()[0].dataSync());
      tf.dispose(layer.weights.map((weight) => weight.read()));
      return values;
    });

  it('determines the dictionary', () => {
    assert.deepEqual(dictionary(1), dictionary(1));
    assert.notDeepEqual(dictionary(1), dictionary(2));
    assert.notDeepEqual(dictionary(), dictionary());
  });
});
