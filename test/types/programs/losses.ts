/** @file Losses, by themselves and where a model is compiled. */
import * as tf from '@tensorflow/tfjs';
import {layers, losses, solvers} from '../../../src/index.js';

export async function run() {
  const model = tf.sequential({layers: [tf.layers.dense({units: 3, inputShape: [2]}), layers.sparsemax()]});
  model.compile({optimizer: 'sgd', loss: losses.huber});
  const [x, y] = [tf.ones([4, 2]), tf.tensor2d(Array<number[]>(4).fill([1, 0, 0]))];
  const history = await model.fit(x, y, {epochs: 1, verbose: 0});
  const scores = tf.sequential({layers: [tf.layers.dense({units: 3, inputShape: [2]})]});
  scores.compile({optimizer: 'sgd', loss: losses.multiclassSparsemax});

  const [label, logits] = [tf.tensor1d([0], 'int32'), tf.tensor2d([[0, 0]])];
  const logistic = losses.fenchelYoung((theta) => tf.logSumExp(theta, -1));
  const argmax = (rows: tf.Tensor) => tf.oneHot(tf.argMax(rows, -1), 2);
  const perturbed = losses.fenchelYoung(solvers.perturbedMax({argmax}, {seed: 1, noise: 'normal'}));
  const values = [
    losses.multiclassLogistic(label, logits),
    logistic(label, logits),
    losses.huber(tf.zeros([1]), tf.tensor1d([3]), {delta: 1}),
    losses.binaryLogistic(tf.ones([1]), tf.zeros([1])),
  ].map((loss) => loss.dataSync()[0]);
  return [history.epoch.length, values, perturbed(label, logits).shape];
}

export const expected = [1, [Math.LN2, Math.LN2, 2.5, Math.LN2], [1]];
