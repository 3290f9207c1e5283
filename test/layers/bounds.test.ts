/** @file Layers of quadratic programs with bounds: fed, constant, saved and loaded. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {OptNetQP, QPLayer} from '../../src/index.js';
import {expectClose} from '../helpers/expect.js';
import {describeOnCpu} from './on-cpu.js';

describeOnCpu('bounds of a layer', () => {
  for (const Layer of [QPLayer, OptNetQP]) {
    it(`are constants of ${Layer.className}, which are saved, infinite ones too`, async () => {
      const constants = {lower: [0, -Infinity, 0.1], upper: tf.tensor1d([1, 0.5, Infinity])};
      const model = tfl.sequential();
      model.add(new Layer({inputShape: [3], inequalities: 2, constants}));
      const p = tf.tensor2d([[1, -3, 2], [-1, 2, -9]]); // prettier-ignore
      const x = model.predict(p) as tf.Tensor2D;
      const rows = x.arraySync();
      for (const row of rows) {
        row.forEach((value, j) => assert.isAtLeast(value, constants.lower[j] - 1e-6));
        assert.isAtMost(row[0], 1 + 1e-6);
        assert.isAtMost(row[1], 0.5 + 1e-6);
      }
      assert.isAbove(rows[1][2], 0.1);
      const config = JSON.parse(JSON.stringify(model.toJSON(null, false))) as Parameters<
        typeof tfl.models.modelFromJSON
      >[0];
      const loaded = await tfl.models.modelFromJSON(config);
      loaded.setWeights(model.getWeights());
      expectClose(loaded.predict(p) as tf.Tensor, x, 0);
    });
  }

  it('are inputs', () => {
    const layer = new QPLayer({
      inputs: ['p', 'upper'],
      inequalities: 0,
      constants: {Q: tf.eye(2)},
    });
    const x = layer.apply([tf.tensor2d([[-3, 1]]), tf.tensor2d([[2, 5]])]) as tf.Tensor;
    expectClose(x, [2, -1]);
  });
});
