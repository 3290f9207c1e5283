/** @file One step of an iteration, for the samples that are not solved. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {select} from './leaves.js';
import type {Iteration} from './types.js';

/** A step of the samples whose `active` is 1; the others do not change. */
export function move<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  iteration: Iteration<X, P>,
  active: tf.Tensor,
  {x, memory, residual}: {x: X; memory: Structure; residual: tf.Tensor},
  params: P,
) {
  const moved = iteration.step(x, memory, ...params);
  return {
    x: select(active, moved.x, x),
    memory: select(active, moved.memory, memory),
    residual: offTape(() => tf.where(tf.greater(active, 0), moved.residual, residual)) as tf.Tensor1D,
    verdict: offTape(() => tf.mul(active, tf.cast(moved.verdict ?? tf.zerosLike(active), 'float32'))),
    /** [B], if it is known for each sample. */
    stepSize: moved.stepSize === undefined ? undefined : perSample(moved.stepSize, active),
    /** The report of the step, if there is a listener. */
    details: () => ({stepSize: moved.stepSize, ...moved.details?.()}),
  };
}

/** A number, or a tensor with one entry or one per sample, as [B]; `undefined` for a tensor with other entries. */
function perSample(value: number | tf.Tensor, like: tf.Tensor): tf.Tensor | undefined {
  return offTape(() => {
    const [samples] = like.shape;
    if (typeof value === 'number') return tf.fill([samples], value);
    if (value.size === samples) return tf.reshape(value, [samples]);
    return value.size === 1 ? tf.tile(tf.reshape(value, [1]), [samples]) : undefined!;
  });
}
