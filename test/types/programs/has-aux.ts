/** @file A solver that also says how it went: [x, aux]. */
import * as tf from '@tensorflow/tfjs';
import {customFixedPoint, customRoot} from '../../../src/index.js';

export function run() {
  const babylonian = (x: tf.Tensor, t: tf.Tensor) => tf.mul(0.5, tf.add(x, tf.div(t, x)));
  const solve = (init: tf.Tensor, t: tf.Tensor): [tf.Tensor, {steps: tf.Tensor; last: tf.Tensor}] => {
    let [x, last] = [init, init];
    for (let i = 0; i < 10; i++) [x, last] = [babylonian(x, t), x];
    return [x, {steps: tf.scalar(10), last}];
  };
  const sqrt = customFixedPoint(babylonian, {hasAux: true})(solve);
  const [x, {steps}] = sqrt(tf.ones([1, 1]), tf.tensor2d([[9]]));

  const condition = (y: tf.Tensor, t: tf.Tensor) => tf.sub(y, tf.square(t));
  const square = customRoot(condition, {hasAux: true})((_init, t: tf.Tensor) => [tf.square(t), t]);
  const [y, argument] = square(null, x);
  return [x.dataSync()[0], steps.dataSync()[0], y.dataSync()[0], argument.dataSync()[0]];
}

export const expected = [3, 10, 9, 3];
