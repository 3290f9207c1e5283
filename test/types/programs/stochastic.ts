/** @file Batches of data, one step each: arrays, generators and tf.data. */
import * as tf from '@tensorflow/tfjs';
import {solvers} from '../../../src/index.js';

export async function run() {
  const fun = (x: tf.Tensor, data: tf.Tensor) => tf.mean(tf.squaredDifference(x, data));
  const batches = Array.from({length: 60}, () => tf.tensor1d([3, 4]));
  const polyak = new solvers.PolyakSGD({fun}, {maxStepSize: 1});
  const armijo = new solvers.ArmijoSGD({fun}, {momentum: 0, c1: 0.1});
  const {x} = await polyak.runIterator(tf.zeros([2]), batches);
  async function* stream() {
    for (let i = 0; i < 60; i++) yield await Promise.resolve(tf.tensor1d([3, 4]));
  }
  const streamed = await armijo.runIterator(tf.zeros([2]), stream());

  type Batch = {xs: tf.Tensor; ys: tf.Tensor};
  const regression = new solvers.PolyakSGD({
    fun: (w: tf.Tensor, {xs, ys}: Batch, l2: tf.Tensor) =>
      tf.add(tf.mean(tf.squaredDifference(tf.mul(w, xs), ys)), tf.mul(l2, tf.sum(tf.square(w)))),
  });
  const data = tf.data.array(Array.from({length: 60}, () => ({xs: [1], ys: [2]}))).batch(1);
  const fitted = await regression.runIterator(tf.zeros([1]), data as tf.data.Dataset<Batch>, tf.scalar(0));
  return [x.arraySync(), streamed.x.arraySync(), fitted.x.arraySync()];
}

export const expected = [[3, 4], [3, 4], [2]];
