/** @file The program of the README: a model with a layer of this library is trained, saved and loaded. */
import * as tf from '@tensorflow/tfjs';
import {layers, OptNetQP} from '../../../src/index.js';

export async function run() {
  const model = tf.sequential();
  model.add(tf.layers.dense({units: 3, inputShape: [4]}));
  model.add(layers.qp({units: 2, seed: 1}));
  model.add(new OptNetQP({inequalities: 2, seed: 2}));
  model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
  const [x, y] = [tf.randomNormal([8, 4]), tf.randomUniform([8, 2])];
  const history = await model.fit(x, y, {epochs: 2, verbose: 0});

  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({modelArtifactsInfo: {dateSaved: new Date(), modelTopologyType: 'JSON'}});
    }),
  );
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved!));
  const [before, after] = [model, loaded].map((each) => each.predict(x) as tf.Tensor);
  const difference = tf.max(tf.abs(tf.sub(before!, after!)));
  return [history.epoch.length, await difference.array()];
}

export const expected = [2, 0];
