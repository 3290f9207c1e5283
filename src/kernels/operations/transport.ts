/** @file The kernels 'ImplicitTransport' and 'ImplicitTransportGradient': regularised transport plans. */
import * as tf from '@tensorflow/tfjs-core';
import {registerHostKernel} from '../backends/host-kernel.js';
import {planBatch, planGradientBatch} from '../algorithms/transport/batch.js';
import type {TransportKind} from '../algorithms/transport/potentials.js';

export {PLAN} from '../algorithms/transport/batch.js';
export type {TransportKind} from '../algorithms/transport/potentials.js';

const TRANSPORT = 'ImplicitTransport';
const GRADIENT = 'ImplicitTransportGradient';

/** The regulariser and its weight, which is a number in double precision. */
export interface Regularization {
  kind: TransportKind;
  strength: number;
}

/**
 * The plan and the status [B] for x [B, n, m], a [B, n] and b [B, m]; `null` if there is no kernel. The call has no gradient of its own.
 */
export function runTransport(
  {kind, strength}: Regularization,
  inputs: Record<'x' | 'a' | 'b', tf.Tensor>,
): {plan: tf.Tensor; status: tf.Tensor} | null {
  if (!tf.getKernel(TRANSPORT, tf.getBackend())) return null;
  const attributes = {kind, strength};
  const outputs = tf.engine().runKernel(TRANSPORT, inputs as unknown as tf.NamedTensorMap, attributes);
  const [plan, status] = outputs as unknown as tf.Tensor[];
  return {plan, status};
}

/** The cotangents of x, a and b for a cotangent of the plan. */
export function runTransportGradient(
  {kind, strength}: Regularization,
  plan: tf.Tensor,
  dPlan: tf.Tensor,
): tf.Tensor[] {
  const inputs = {plan, dPlan} as unknown as tf.NamedTensorMap;
  return tf.engine().runKernel(GRADIENT, inputs, {kind, strength}) as unknown as tf.Tensor[];
}

const sizesOf = ([batch, n, m]: number[], {kind, strength}: Record<string, unknown>) => ({
  ...{kind: kind as TransportKind, strength: strength as number},
  ...{batch, n, m},
});

registerHostKernel<'x' | 'a' | 'b'>(TRANSPORT, ({x, a, b}, attributes, allocate) => {
  const sizes = sizesOf(x.shape, attributes);
  const [plan, status] = allocate(x.shape, [sizes.batch]);
  planBatch(sizes, x.single, a.single, b.single, plan.values, status.values);
  return [plan, status];
});

registerHostKernel<'plan' | 'dPlan'>(GRADIENT, ({plan, dPlan}, attributes, allocate) => {
  const sizes = sizesOf(plan.shape, attributes);
  const {batch, n, m} = sizes;
  const outputs = allocate(plan.shape, [batch, n], [batch, m]);
  const [dx, da, db] = outputs.map(({values}) => values);
  planGradientBatch(sizes, plan.single, dPlan.single, dx, da, db);
  return outputs;
});
