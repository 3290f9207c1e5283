/** @file How the functions of `linalg` call their kernels. */
import * as tf from '@tensorflow/tfjs-core';

/** Information about the call. */
export type Call = {
  /** The function that the user called, for error messages. */
  caller: string;
  /** Whether b is a cotangent, in which NaN passes through, as in the gradients of tfjs. Default false. */
  cotangent?: boolean;
};

export function runKernel<Output extends tf.Tensor | tf.Tensor[]>(
  kernelName: string,
  inputs: Record<string, tf.Tensor>,
  attributes: Call & Record<string, string | number | boolean>,
): Output {
  return tf
    .engine()
    .runKernel(kernelName, inputs as unknown as tf.NamedTensorMap, attributes) as unknown as Output;
}
