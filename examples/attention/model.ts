/** @file One head of attention over tokens, with softmax, entmax or sparsemax. */
import * as tf from '@tensorflow/tfjs';
import {EntmaxLayer, SparsemaxProjection} from '../../src/index.js';
import {CLASSES} from './sequences.js';

export const METHODS = ['softmax', 'entmax', 'sparsemax'] as const;
export type Method = (typeof METHODS)[number];

const HIDDEN = 16;

export interface Attention {
  /** Tokens [B, T, 1 + CLASSES] and mask [B, T] to the mean of the attended classes [B, CLASSES], and the weights [B, T]. */
  run: (tokens: tf.Tensor3D, mask: tf.Tensor2D) => {output: tf.Tensor2D; weights: tf.Tensor2D};
  layers: tf.layers.Layer[];
}

/**
 * Scores come from a small network that sees one token at a time; weights = map(scores + mask); the output is the mean of the tokens'
 * classes with these weights. A score of −∞ gets the weight 0 from each of the maps.
 */
export function createAttention(method: Method, seed: number): Attention {
  const initializer = (k: number) => tf.initializers.glorotNormal({seed: seed + k});
  const hidden = tf.layers.dense({units: HIDDEN, activation: 'relu', kernelInitializer: initializer(0)});
  const score = tf.layers.dense({units: 1, kernelInitializer: initializer(1)});
  const map = {
    softmax: () => tf.layers.softmax(),
    entmax: () => new EntmaxLayer({alpha: 1.5}),
    sparsemax: () => new SparsemaxProjection(),
  }[method]();
  const run: Attention['run'] = (tokens, mask) => {
    const [count, length, width] = tokens.shape;
    const rows = tf.reshape(tokens, [-1, width]);
    const scores = tf.reshape(score.apply(hidden.apply(rows)) as tf.Tensor, [count, length]);
    const weights = map.apply(tf.add(scores, mask)) as tf.Tensor2D;
    const classes = tf.slice(tokens, [0, 0, 1], [-1, -1, CLASSES]);
    return {output: tf.sum(tf.mul(tf.expandDims(weights, 2), classes), 1), weights};
  };
  return {run, layers: [hidden, score]};
}
