/** @file Models with several fixed-point layers in a file: the names of their weights, and files of earlier versions. */
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  layers as keras,
  loadLayersModel,
  model,
  type LayersModel,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {readFileSync} from 'node:fs';
import {FixedPointLayer} from '../../src/index.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {TanhCell} from './models.js';
import {describeOnCpu} from './on-cpu.js';

/** A model of [z, x] whose inner layer has the same name in every cell. */
function cellNamedAlike(seed: number): LayersModel {
  const [z, x] = [input({shape: [3]}), input({shape: [3]})];
  const joined = keras.concatenate().apply([z, x]);
  const kernelInitializer = {className: 'RandomNormal', config: {stddev: 0.2, seed}} as never;
  const outputs = keras.dense({name: 'mix', units: 3, activation: 'tanh', kernelInitializer}).apply(joined);
  return model({inputs: [z, x], outputs: outputs as SymbolicTensor});
}

async function artifactsOf(net: LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts!: tf.io.ModelArtifacts;
  await net.save(
    tf.io.withSaveHandler((given) => {
      artifacts = given;
      return Promise.resolve({modelArtifactsInfo: {dateSaved: new Date(0), modelTopologyType: 'JSON'}});
    }),
  );
  return artifacts;
}

function twoLayers(): LayersModel {
  const x = input({shape: [3]});
  const layer = (name: string, seed: number) => new FixedPointLayer({cell: cellNamedAlike(seed), name});
  const y = layer('second', 2).apply(layer('first', 1).apply(x)) as SymbolicTensor;
  return model({inputs: x, outputs: y});
}

const namesIn = ({weightSpecs}: tf.io.ModelArtifacts) => weightSpecs!.map(({name}) => name);

describeOnCpu('a model with two cells whose layers are named alike', () => {
  it('comes back from a file, trained, again and again', () =>
    expectNoLeak(async () => {
      const net = twoLayers();
      net.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
      const [x, y] = [tf.randomNormal([6, 3], 0, 1, 'float32', 3), tf.zeros([6, 3])];
      const before = tf.tidy(() => (net.predict(x) as tf.Tensor).arraySync());
      await net.fit(x, y, {epochs: 1, verbose: 0});
      const trained = net.predict(x) as tf.Tensor;
      assert.notDeepEqual(trained.arraySync(), before);
      const first = await artifactsOf(net);
      assert.deepEqual(namesIn(first), [
        'first/mix/kernel',
        'first/mix/bias',
        'second/mix/kernel',
        'second/mix/bias',
      ]);
      const again = await loadLayersModel(tf.io.fromMemory(first));
      const second = await artifactsOf(again);
      assert.deepEqual(namesIn(second), namesIn(first));
      const third = await loadLayersModel(tf.io.fromMemory(second));
      tf.tidy(() =>
        [again, third].forEach((copy) => expectClose(copy.predict(x) as tf.Tensor, trained, 1e-6)),
      );
      net.optimizer.dispose();
      [net, again, third].forEach((each) => each.dispose());
      tf.dispose([x, y, trained]);
    }));

  it('leaves the names in the cell as they are, so that it can be saved alone', async () => {
    const cell = cellNamedAlike(5);
    const layer = new FixedPointLayer({cell, name: 'around'});
    layer.build([null, 3]);
    assert.deepEqual(layer.weights.map(({originalName}) => originalName), ['around/mix/kernel', 'around/mix/bias']); // prettier-ignore
    const saved = await artifactsOf(cell);
    assert.deepEqual(namesIn(saved), ['mix/kernel', 'mix/bias']);
    const alone = await loadLayersModel(tf.io.fromMemory(saved));
    expectClose(alone.getWeights()[0], layer.getWeights()[0]);
    layer.setWeights([tf.ones([6, 3]), tf.ones([3])]);
    expectClose(cell.getWeights()[1], [1, 1, 1]);
    cell.layers.forEach((inner) => (inner.trainable = false));
    assert.lengthOf(layer.trainableWeights, 0);
    alone.dispose();
    cell.dispose();
  });

  it('does not name a layer twice that is in a name already', () => {
    const layer = new FixedPointLayer({cell: new TanhCell(), stateShape: [4], name: 'outer'});
    tf.tidy(() => void layer.apply(tf.ones([1, 3])));
    assert.deepEqual(layer.weights.map(({originalName}) => originalName), ['outer/w', 'outer/u']); // prettier-ignore
    layer.dispose();
  });
});

describeOnCpu('a file of an earlier version', () => {
  const fixture = JSON.parse(
    readFileSync(new URL('../fixtures/saved-model.json', import.meta.url), 'utf8'),
  ) as Pick<tf.io.ModelArtifacts, 'modelTopology' | 'weightSpecs'> & {
    weightData: string;
    input: number[][];
    output: number[];
  };

  it('loads, gives what it gave, and is written again as it was', async () => {
    const {modelTopology, weightSpecs, weightData} = fixture;
    const bytes = Uint8Array.from(Buffer.from(weightData, 'base64')).buffer;
    const net = await loadLayersModel(
      tf.io.fromMemory({modelTopology: modelTopology!, weightSpecs, weightData: bytes}),
    );
    tf.tidy(() => expectClose(net.predict(tf.tensor2d(fixture.input)) as tf.Tensor, fixture.output, 1e-5));
    const again = await artifactsOf(net);
    assert.deepEqual(
      namesIn(again),
      weightSpecs!.map(({name}) => name),
    );
    const copy = await loadLayersModel(tf.io.fromMemory(again));
    tf.tidy(() => expectClose(copy.predict(tf.tensor2d(fixture.input)) as tf.Tensor, fixture.output, 1e-5));
    [net, copy].forEach((each) => each.dispose());
  });
});
