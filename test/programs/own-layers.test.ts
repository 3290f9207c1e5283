/** @file Every layer of this library with programs and operation by operation: the same outputs and gradients. */
import * as tf from '@tensorflow/tfjs-core';
import {initializers, input, layers as keras, model, type SymbolicTensor} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {FixedPointLayer} from '../../src/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {programRuns, reasonsOf, withPrograms} from '../helpers/programs.js';
import {CASES, data, modelOf, type Case} from '../layers/models.js';

/** f32 rounding, multiplied by the condition of the problem. */
const CLOSE = 1e-5;

const small = (seed: number) => initializers.randomNormal({stddev: 0.15, seed});

/** A cell z ↦ T([z, x]) as a model. */
const cell = (shape: number[], layers: keras.Layer[]) => {
  const [z, x] = [input({shape}), input({shape})];
  const joined = keras.concatenate().apply([z, x]) as SymbolicTensor;
  const outputs = layers.reduce((at, layer) => layer.apply(at) as SymbolicTensor, joined);
  return model({inputs: [z, x], outputs});
};

const fixedPoint = (name: string, shape: number[], layers: () => keras.Layer[]): Case => ({
  name: `FixedPointLayer, ${name}`,
  layer: () => new FixedPointLayer({cell: cell(shape, layers()), tolerance: 3e-7}),
  width: [6, shape],
  inputs: [shape],
  trainable: true,
});

const CELLS: Case[] = [
  fixedPoint('dense', [5], () => [keras.dense({units: 5, activation: 'tanh', kernelInitializer: small(1)})]),
  fixedPoint('two dense', [4], () => [
    keras.dense({units: 8, activation: 'elu', kernelInitializer: small(2)}),
    keras.dense({units: 4, activation: 'sigmoid', kernelInitializer: small(3)}),
  ]),
  fixedPoint('convolution', [4, 4, 2], () => [
    keras.conv2d({
      filters: 2,
      kernelSize: 3,
      padding: 'same',
      activation: 'tanh',
      kernelInitializer: small(4),
    }),
  ]),
  fixedPoint('depthwise convolution', [4, 4, 2], () => [
    keras.depthwiseConv2d({kernelSize: 3, padding: 'same', depthwiseInitializer: small(5)}),
    keras.conv2d({filters: 2, kernelSize: 1, activation: 'relu', kernelInitializer: small(6)}),
  ]),
  fixedPoint('normalization', [5], () => [
    keras.dense({units: 5, kernelInitializer: small(7)}),
    keras.layerNormalization({gammaInitializer: initializers.constant({value: 0.2})}),
    keras.activation({activation: 'tanh'}),
  ]),
  fixedPoint('batch normalization at rest', [5], () => [
    keras.dense({units: 5, activation: 'tanh', kernelInitializer: small(8)}),
    keras.batchNormalization(),
  ]),
];

/** The output, and the gradients of a sum of its entries, each with another weight, in x and in the weights. */
function outcomeOf({model: net}: ReturnType<typeof modelOf>, x: tf.Tensor): number[][] {
  return tf.tidy(() => {
    const variables = net.trainableWeights.map((weight) => (weight as unknown as {val: tf.Variable}).val);
    const at = tf.variable(x);
    let output!: tf.Tensor;
    const {grads} = tf.variableGrads(() => {
      output = tf.keep(net.apply(at) as tf.Tensor);
      const weights = tf.reshape(tf.cos(tf.range(0, output.size)), output.shape);
      return tf.sum(tf.mul(weights, output)) as tf.Scalar;
    }, [at, ...variables]);
    const results = [output, ...[at, ...variables].map(({name}) => grads[name])];
    const numbers = results.map((tensor) => Array.from(tensor.dataSync()));
    tf.dispose([output, at]);
    return numbers as never;
  }) as unknown as number[][];
}

describeAnyBackend('layers with programs and without', () => {
  for (const item of [...CASES, ...CELLS]) {
    it(`${item.name} has the same output and gradients`, () => {
      const made = modelOf(item);
      const {x: all, y} = data(item);
      const x = tf.slice(all, 0, 4);
      // Builds it, and fills the memory of a warm start.
      withPrograms('off', () => outcomeOf(made, x));
      return expectNoLeak(() => {
        let program!: number[][];
        const runs = programRuns(() => (program = withPrograms('on', () => outcomeOf(made, x))));
        const operations = withPrograms('off', () => outcomeOf(made, x));
        program.forEach((values, i) => expectClose(values, operations[i], CLOSE, 1e-7));
        if (item.name.startsWith('FixedPointLayer')) assert.isAbove(runs, 2);
        assert.deepEqual(
          reasonsOf(() => outcomeOf(made, x)),
          [],
        );
      }).finally(() => {
        tf.dispose([all, x, y]);
        made.model.dispose();
      });
    });
  }
});
