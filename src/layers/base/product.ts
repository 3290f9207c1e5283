/** @file The product of constraints with a point, each shared or one per sample. */
import * as tf from '@tensorflow/tfjs-core';
import {matVec} from '../../linalg/index.js';

/** G z, for a shared or a batched G and z. */
export function product(G: tf.Tensor, z: tf.Tensor): tf.Tensor {
  const shared = G.rank === 2 && z.rank === 1;
  const points = z.rank === 1 ? tf.expandDims(z, 0) : z;
  const lifted =
    G.rank === 2
      ? matVec(tf.expandDims(G, 0), points)
      : matVec(G, points.shape[0] === 1 ? tf.tile(points, [G.shape[0], 1]) : points);
  return shared ? tf.squeeze(lifted, [0]) : lifted;
}
