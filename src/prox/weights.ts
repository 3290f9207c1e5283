/** @file Weights of penalties on whole rows, and the units that they are taken in. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';

/** A product of weights, and where it is infinite: there it stands as 0, with a gradient of 0. */
export interface Weights {
  finite: tf.Tensor;
  endless: tf.Tensor;
}

/** scaling·weight; a weight of zero stays zero under an infinite scaling. */
export function product(weight: number | tf.Tensor, scaling: number | tf.Tensor): Weights {
  const usable = (factor: number | tf.Tensor) => {
    const {infinite, side} = offTape(() => ({infinite: tf.isInf(factor), side: tf.sign(factor)}));
    return {infinite, value: tf.where(infinite, side, factor)};
  };
  const [a, b] = [usable(weight), usable(scaling)];
  const value = tf.mul(a.value, b.value);
  const endless = offTape(() => {
    const infinite = tf.logicalOr(tf.logicalOr(a.infinite, b.infinite), tf.isInf(value));
    return tf.logicalAnd(infinite, tf.greater(value, 0));
  });
  return {endless, finite: tf.where(endless, tf.zerosLike(value), value)};
}

/** scaling·weight, to broadcast with rows [..., n]: weight has x's shape without the last axis, scaling broadcasts with x. */
export function rowWeight(weight: number | tf.Tensor, scaling: number | tf.Tensor): Weights {
  return product(tf.expandDims(weight, -1), scaling);
}

/** The same as [rows, 1], for x seen as [rows, n]. */
export function rowWeights(x: tf.Tensor, weight: number | tf.Tensor, scaling: number | tf.Tensor): Weights {
  const outer = [...x.shape.slice(0, -1), 1];
  const {finite, endless} = rowWeight(weight, scaling);
  const column = (values: tf.Tensor) => tf.reshape(tf.broadcastTo(values, outer), [-1, 1]);
  return {finite: column(finite), endless: offTape(() => column(endless))};
}

/** Sizes to divide by: 1 for those that are zero or not finite. */
export function magnitude(sizes: tf.Tensor): tf.Tensor {
  const usable = tf.logicalAnd(tf.isFinite(sizes), tf.greater(sizes, 0));
  return tf.where(usable, sizes, tf.onesLike(sizes));
}
