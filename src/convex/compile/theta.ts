/** @file The values of the parameters of a compiled problem: each shared by the batch, or one sample after another. */
import * as tf from '@tensorflow/tfjs-core';

/** The values of one parameter, [1, entries] if all samples share them, otherwise [B, entries]. */
export interface ThetaPart {
  /** The number of its first entry among those of all parameters. */
  start: number;
  values: tf.Tensor;
}

/** The values of all parameters, in order. */
export interface Theta {
  batch: number;
  parts: readonly ThetaPart[];
}

/** The values of some parameters side by side, with a batch if one of them has it. */
export function joined(parts: readonly ThetaPart[]): tf.Tensor {
  if (parts.length === 1) return parts[0].values;
  const batch = Math.max(...parts.map(({values}) => values.shape[0]));
  return tf.concat(
    parts.map(({values}) => ofBatch(values, batch)),
    1,
  );
}

/** A tensor [1, …] for each sample of a batch; one with a batch stays what it is. */
export function ofBatch(values: tf.Tensor, batch: number): tf.Tensor {
  return values.shape[0] === batch ? values : tf.tile(values, [batch, ...values.shape.slice(1).map(() => 1)]);
}

/** The first sample alone. */
export function firstOf({parts}: Theta): Theta {
  const first = ({values, ...part}: ThetaPart) => ({...part, values: tf.slice(values, [0, 0], [1, -1])});
  return {batch: 1, parts: parts.map(first)};
}

/**
 * Numbers [B, n] for each sample, that depend on these parameters: not in value, but as far as tfjs can see, and if one of them is NaN or infinite.
 * Otherwise a gradient in a parameter on which no solution depends would be refused instead of zero.
 */
export function connected(numbers: tf.Tensor, {parts}: Theta): tf.Tensor {
  const zeros = parts.map(({values}) => tf.mul(0, tf.sum(values, 1, true)));
  return zeros.reduce((sum, zero) => tf.add(sum, zero), numbers);
}
