/** @file Layers and cells of tfjs as programs, with the gradients of their weights. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import '../../src/index.js';
import {vjpAt} from '../../src/autodiff/index.js';
import {expectSame} from './compare.js';

const {layers} = tfl;
const seeded = (seed: number) => tfl.initializers.randomNormal({seed, stddev: 0.5});

const CASES: Record<string, [() => tfl.layers.Layer, number[][]]> = {
  dense: [() => layers.dense({units: 3, activation: 'tanh', kernelInitializer: seeded(1)}), [[2, 4]]],
  'dense, softmax': [
    () => layers.dense({units: 3, activation: 'softmax', kernelInitializer: seeded(2)}),
    [[2, 4]],
  ],
  conv2d: [
    () =>
      layers.conv2d({
        filters: 2,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: seeded(3),
      }),
    [[2, 4, 4, 3]],
  ],
  'conv2d with strides': [
    () =>
      layers.conv2d({filters: 2, kernelSize: 2, strides: 2, activation: 'elu', kernelInitializer: seeded(3)}),
    [[2, 4, 4, 3]],
  ],
  conv1d: [() => layers.conv1d({filters: 2, kernelSize: 2, kernelInitializer: seeded(4)}), [[2, 5, 3]]],
  depthwiseConv2d: [
    () => layers.depthwiseConv2d({kernelSize: 2, depthwiseInitializer: seeded(5)}),
    [[1, 4, 4, 2]],
  ],
  conv2dTranspose: [
    () => layers.conv2dTranspose({filters: 2, kernelSize: 2, strides: 2, kernelInitializer: seeded(6)}),
    [[1, 3, 3, 2]],
  ],
  batchNormalization: [() => layers.batchNormalization(), [[3, 4]]],
  layerNormalization: [() => layers.layerNormalization(), [[3, 4]]],
  maxPooling2d: [() => layers.maxPooling2d({poolSize: 2}), [[1, 4, 4, 2]]],
  averagePooling2d: [() => layers.averagePooling2d({poolSize: 2, padding: 'same'}), [[1, 5, 5, 2]]],
  globalAveragePooling2d: [() => layers.globalAveragePooling2d({}), [[1, 5, 5, 2]]],
  upSampling2d: [() => layers.upSampling2d({size: [2, 2]}), [[1, 2, 3, 2]]],
  prelu: [() => layers.prelu({alphaInitializer: seeded(7)}), [[2, 3]]],
  lstm: [
    () => layers.lstm({units: 3, kernelInitializer: seeded(8), recurrentInitializer: seeded(9)}),
    [[2, 3, 4]],
  ],
  gru: [
    () => layers.gru({units: 3, kernelInitializer: seeded(10), recurrentInitializer: seeded(11)}),
    [[2, 3, 4]],
  ],
  simpleRNN: [
    () => layers.simpleRNN({units: 3, kernelInitializer: seeded(12), recurrentInitializer: seeded(13)}),
    [[2, 3, 4]],
  ],
  add: [
    () => layers.add(),
    [
      [2, 3],
      [2, 3],
    ],
  ],
  concatenate: [
    () => layers.concatenate(),
    [
      [2, 3],
      [2, 2],
    ],
  ],
  dot: [
    () => layers.dot({axes: 1}),
    [
      [2, 3],
      [2, 3],
    ],
  ],
  'zeroPadding2d and flatten': [
    () =>
      tfl.sequential({layers: [layers.zeroPadding2d({padding: 1, inputShape: [2, 3, 1]}), layers.flatten()]}),
    [[1, 2, 3, 1]],
  ],
};

describe('layers of tfjs as programs', () => {
  before(() => tf.setBackend('cpu'));

  for (const [name, [make, shapes]] of Object.entries(CASES)) {
    it(name, () => {
      const layer = make();
      const xs = shapes.map((shape, i) => tf.randomNormal(shape, 0, 1, 'float32', 20 + i));
      const call = (ys: tf.Tensor[]) => layer.apply(ys.length === 1 ? ys[0] : ys) as tf.Tensor;
      // Builds it.
      tf.dispose(call(xs));
      const tolerance = {relative: 1e-5, scaled: 1e-5};
      expectSame(
        (...ys) => {
          const y = call(ys);
          const weights = tf.reshape(tf.cos(tf.range(0, y.size)), y.shape);
          return [y, ...vjpAt((zs) => [call(zs)], ys, [weights])];
        },
        xs,
        tolerance,
      );
      if (layer.trainableWeights.length > 0) {
        const variables = layer.trainableWeights.map(
          (weight) => (weight as unknown as {val: tf.Variable}).val,
        );
        expectSame(
          (...ys) => {
            const {grads, value} = tf.variableGrads(
              () => tf.sum(tf.square(call(ys))) as tf.Scalar,
              variables,
            );
            return [value, ...Object.values(grads)];
          },
          xs,
          tolerance,
        );
      }
      tf.dispose(xs);
      layer.dispose();
    });
  }
});
