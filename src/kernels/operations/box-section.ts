/** @file The kernel 'ImplicitBoxSection': projection of rows onto boxes cut by hyperplanes. The kernel has no gradient of its own. */
import * as tf from '@tensorflow/tfjs-core';
import {registerHostKernel} from '../backends/host-kernel.js';
import {boxSectionRows} from '../algorithms/rows/box-section.js';

export {SIDE} from '../algorithms/rows/box-section.js';

const BOX_SECTION = 'ImplicitBoxSection';

export interface BoxSection {
  y: tf.Tensor;
  /** Shape [B, 1]: y = clip(x + τw). */
  tau: tf.Tensor;
  /** The position of each entry in its interval, as a code of `SIDE`; [B, n], float32. */
  side: tf.Tensor;
}

/** For x, lower, upper, w [B, n] and c [B, 1]; `null` if there is no kernel. */
export function runBoxSection(
  inputs: Record<'x' | 'lower' | 'upper' | 'w' | 'c', tf.Tensor>,
): BoxSection | null {
  if (!tf.getKernel(BOX_SECTION, tf.getBackend())) return null;
  const outputs = tf.engine().runKernel(BOX_SECTION, inputs as unknown as tf.NamedTensorMap);
  const [y, tau, side] = outputs as unknown as tf.Tensor[];
  return {y, tau, side};
}

registerHostKernel<'x' | 'lower' | 'upper' | 'w' | 'c'>(BOX_SECTION, (inputs, _attributes, allocate) => {
  const [batch, n] = inputs.x.shape;
  const outputs = allocate([batch, n], [batch, 1], [batch, n]);
  const {x, lower, upper, w, c} = inputs;
  const data = {x: x.single, lower: lower.single, upper: upper.single, w: w.single, c: c.single};
  const [y, tau, side] = outputs.map(({values}) => values);
  boxSectionRows(data, batch, n, y, tau, side);
  return outputs;
});
