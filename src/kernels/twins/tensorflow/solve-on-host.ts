/** @file Completes the outputs of the kernel 'ImplicitQP' by what the host solves. */
import type * as tf from '@tensorflow/tfjs-core';
import type {NodeBackend} from '../../backends/node-backend.js';
import {
  deviceOf,
  given,
  scatter,
  gather,
  tensorOf,
  type Chosen,
  type Doubles,
  type Output,
} from './arrays/index.js';

/** Solves the problems on the host: tensors of the outputs of the kernel, for tensors of its inputs. */
export type OnHost = (
  inputs: Record<string, tf.TensorInfo>,
  attributes: Record<string, unknown>,
  backend: NodeBackend,
) => tf.TensorInfo[];

/** The outputs, with those of the host in the samples that nothing on the device could decide. */
export function completed(
  outputs: Output[],
  samples: Chosen,
  inputs: Record<string, tf.TensorInfo>,
  batch: number,
  onHost: (few: Record<string, tf.TensorInfo>) => tf.TensorInfo[],
): Output[] {
  const copies: tf.TensorInfo[] = [];
  const {backend} = deviceOf();
  try {
    const few = Object.entries(inputs).map(([name, info]) => {
      if (info.shape[0] !== batch || samples.count === batch) return [name, info];
      const copy = tensorOf({
        from: gather(given(info), samples),
        shape: [samples.count, ...info.shape.slice(1)],
      });
      copies.push(copy);
      return [name, copy];
    });
    const found = onHost(Object.fromEntries(few) as Record<string, tf.TensorInfo>);
    const whole = outputs.map((output, i) => {
      const own = given(found[i], [samples.count, ...output.from.shape.slice(1)]);
      return {...output, from: scatter(output.from as Doubles, samples, own)};
    });
    for (const {dataId} of found) backend.disposeData(dataId);
    return whole;
  } finally {
    for (const copy of copies) (copy as tf.Tensor).dispose();
  }
}
