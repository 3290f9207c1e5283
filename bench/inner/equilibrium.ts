/** @file A training step of a deep-equilibrium layer on the UCI digits, beside that of a dense layer of the same width. */
import * as tf from '@tensorflow/tfjs';
import {readTable} from '../../examples/support/csv.js';
import {FixedPointLayer} from '../../src/index.js';
import type {Case, Contender} from './case.js';
import {oneHot} from './classification.js';

const PIXELS = 64;
const UNITS = 40;
const CLASSES = 10;
const BATCH = 64;

/** [z, x] ↦ tanh(W z + U x + b). */
function cellOf(): tf.LayersModel {
  const [z, x] = [tf.input({shape: [UNITS]}), tf.input({shape: [PIXELS]})];
  const dense = (seed: number, useBias: boolean) =>
    tf.layers.dense({
      units: UNITS,
      useBias,
      kernelInitializer: useBias
        ? tf.initializers.glorotUniform({seed})
        : tf.initializers.orthogonal({gain: 0.5, seed}),
    });
  const parts = [dense(1, false).apply(z), dense(2, true).apply(x)] as tf.SymbolicTensor[];
  const sum = tf.layers.add().apply(parts);
  const output = tf.layers.activation({activation: 'tanh'}).apply(sum) as tf.SymbolicTensor;
  return tf.model({inputs: [z, x], outputs: output});
}

/** One step of Adam on a batch; the loss of each step is the answer. */
function training(name: string, layer: tf.layers.Layer, x: tf.Tensor, y: tf.Tensor): Contender {
  const logits = tf.layers.dense({
    units: CLASSES,
    activation: 'softmax',
    kernelInitializer: tf.initializers.glorotUniform({seed: 3}),
  });
  const model = tf.sequential({layers: [layer, logits]});
  model.compile({optimizer: tf.train.sgd(0), loss: 'categoricalCrossentropy'});
  return {
    name,
    run: () =>
      tf.tidy(() => {
        const {value, grads} = tf.variableGrads(
          () =>
            tf.mean(
              tf.metrics.categoricalCrossentropy(y, model.apply(x, {training: true}) as tf.Tensor),
            ) as tf.Scalar,
        );
        const norm = tf.sqrt(tf.addN(Object.values(grads).map((gradient) => tf.sum(tf.square(gradient)))));
        return [value.dataSync()[0], norm.dataSync()[0]];
      }),
  };
}

export function equilibriumCases(): Case[] {
  const rows = readTable('digits.csv').slice(0, BATCH);
  const x = tf.tensor2d(rows.map((row) => row.slice(0, PIXELS).map((pixel) => pixel / 16)));
  const labels = rows.map((row) => row[PIXELS]);
  const y = tf.tensor2d(oneHot(labels, CLASSES), [BATCH, CLASSES]);
  const dense = tf.layers.dense({units: UNITS, activation: 'tanh', inputShape: [PIXELS]});
  const layer = (solver: 'anderson' | 'iteration') =>
    new FixedPointLayer({inputShape: [PIXELS], cell: cellOf(), solver, tolerance: 1e-4});
  return [
    {
      name: `Equilibrium layer, ${UNITS} units, batch ${BATCH}`,
      answer: 'loss, |gradient|',
      contenders: [
        {...training('a dense layer', dense, x, y), forwardOnly: true},
        training('Anderson acceleration', layer('anderson'), x, y),
        training('plain iteration', layer('iteration'), x, y),
      ],
      bound: 1e-3,
    },
  ];
}
