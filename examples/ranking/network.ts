/** @file The network that gives each item of a list a score. */
import * as tf from '@tensorflow/tfjs';

/** One hidden layer, from the features of an item to its score. */
export function network(width: number, seed: number): tf.Sequential {
  const initializer = (k: number) => tf.initializers.glorotNormal({seed: seed + k});
  return tf.sequential({
    layers: [
      tf.layers.dense({
        inputShape: [width],
        units: 16,
        activation: 'tanh',
        kernelInitializer: initializer(0),
      }),
      tf.layers.dense({units: 1, kernelInitializer: initializer(1)}),
    ],
  });
}

/** [B, n, d] to [B, n]. */
export function scoresOf(model: tf.layers.Layer, features: tf.Tensor3D): tf.Tensor2D {
  const [lists, items, width] = features.shape;
  return tf.reshape(model.apply(tf.reshape(features, [-1, width])) as tf.Tensor, [lists, items]);
}
