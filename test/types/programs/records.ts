/** @file The unknown is a record, so are the parameters: a regression with weights and a bias. */
import * as tf from '@tensorflow/tfjs';
import {solvers, vjp} from '../../../src/index.js';

type Model = {weights: tf.Tensor; bias: tf.Tensor};
type Data = {inputs: tf.Tensor; targets: tf.Tensor};

const loss = ({weights, bias}: Model, {inputs, targets}: Data, l2: tf.Tensor) => {
  const scores = tf.add(tf.matMul(inputs, tf.reshape(weights, [-1, 1])), bias);
  const fit = tf.mean(tf.squaredDifference(scores, targets));
  return tf.add(fit, tf.mul(l2, tf.sum(tf.square(weights))));
};

export function run() {
  const solver = new solvers.LBFGS({fun: loss}, {batched: false, maxIterations: 100});
  const init = {weights: tf.zeros([1]), bias: tf.zeros([1])};
  const data: Data = {inputs: tf.tensor2d([[0], [1], [2]]), targets: tf.tensor2d([[1], [3], [5]])};
  const {x, state} = solver.run(init, data, tf.scalar(0));
  const tangent = solver.jvp(x, [data, tf.scalar(0)], [null, tf.scalar(1)]);
  const [direct] = vjp((at: Model) => loss(at, data, tf.scalar(0)), [x], tf.scalar(1));
  const slope = tf.grad((l2) => solver.run(init, data, l2).x.bias)(tf.scalar(0));
  return [
    x.weights.dataSync()[0],
    x.bias.dataSync()[0],
    state.status.dataSync()[0],
    tf.sub(tangent.bias, slope).dataSync()[0],
    direct.weights.shape,
  ];
}

export const expected = [2, 1, 0, 0, [1]];
