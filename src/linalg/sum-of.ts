/** @file A sum of any number of tensors. */
import * as tf from '@tensorflow/tfjs-core';

/** A WebGPU shader may bind eight buffers, the result among them; tf.addN binds each summand. */
const AT_ONCE = 7;

/** tf.addN of however many: on WebGPU that fails for more than seven, without an exception. */
export function sumOf(tensors: tf.Tensor[]): tf.Tensor {
  if (tensors.length <= AT_ONCE) return tf.addN(tensors);
  const [first, rest] = [tensors.slice(0, AT_ONCE), tensors.slice(AT_ONCE)];
  return sumOf([...rest, tf.addN(first)]);
}
