/**
 * @file The kernel 'ImplicitQPGradient': the gradient of a batch of small quadratic programs in one call, the solution of the KKT system
 * and the outer products that it goes into. For larger ones the calls do not count, and the products are quicker one by one.
 */
import * as tf from '@tensorflow/tfjs-core';
import {isSmall} from '../algorithms/small-qp/small-batch.js';
import {kktBatch, kktCost} from '../algorithms/qp/kkt-batch.js';
import {computesOnBackend} from '../backends/node-device.js';
import {registerHostKernel, type HostInput} from '../backends/host-kernel.js';
import type {Floats} from '../contracts/vectors.js';
import {runBatch} from '../threads/batch.js';
import type {QPTensors} from './implicit-qp.js';
import type {KktBlocks} from './kkt.js';

const GRADIENT = 'ImplicitQPGradient';

/** In this order. */
const DATA = ['Q', 'p', 'G', 'h', 'A', 'b'] as const;

/** x, λ and ν of each sample, or their cotangents: [B, n], [B, m] and [B, k]. */
export type QPVectors = Record<'x' | 'ineqDual' | 'eqDual', tf.Tensor>;

/**
 * The cotangents of the data for the cotangents of a solution, and the residual of each linear system. With K the
 * Jacobian of the KKT conditions and Kᵀu = −cotangent:
 *
 *     Q: ½(u xᵀ + x uᵀ)    p: u    G: λ uᵀ + w u_λ xᵀ    h: −w u_λ    A: ν uᵀ + u_ν xᵀ    b: −u_ν
 *
 * @param needed Whether each of Q, p, G, h, A and b is wanted; the others are `null`.
 * @returns `null` if there is no such kernel, or the problems are not small.
 */
export function runQPGradient(
  data: QPTensors,
  {weight, status}: Pick<KktBlocks, 'weight' | 'status'>,
  solution: QPVectors,
  cotangent: QPVectors,
  needed: readonly boolean[],
): {cotangents: (tf.Tensor | null)[]; residual: tf.Tensor1D} | null {
  const [n, m, k] = [data.Q.shape[2]!, data.G.shape[1]!, data.A.shape[1]!];
  if (!isSmall(n, m + k) || !tf.getKernel(GRADIENT, tf.getBackend()) || computesOnBackend()) return null;
  const {Q, p, G, h, A, b} = data;
  const {x, ineqDual, eqDual} = solution;
  const {x: vx, ineqDual: vIneq, eqDual: vEq} = cotangent;
  const inputs = {Q, p, G, h, A, b, weight, status, x, ineqDual, eqDual, vx, vIneq, vEq};
  const wanted = DATA.map((_, i) => Number(needed[i]));
  const outputs = tf.engine().runKernel(GRADIENT, inputs as unknown as tf.NamedTensorMap, {wanted}) as
    tf.Tensor | tf.Tensor[];
  const found = Array.isArray(outputs) ? outputs : [outputs];
  let next = 1;
  return {cotangents: wanted.map((is) => (is ? found[next++] : null)), residual: found[0] as tf.Tensor1D};
}

type Inputs =
  (typeof DATA)[number] | 'weight' | 'status' | 'x' | 'ineqDual' | 'eqDual' | 'vx' | 'vIneq' | 'vEq';

registerHostKernel<Inputs>(GRADIENT, (inputs, attributes, allocate) => {
  const wanted = attributes.wanted as number[];
  const [batch, n] = inputs.x.shape;
  const [m, k] = [inputs.G.shape[1], inputs.A.shape[1]];
  const shapes = DATA.map((name) => inputs[name].shape);
  const outputs = allocate([batch], ...shapes.filter((_, i) => wanted[i]));
  const residual = outputs[0].values.fill(0);
  const u = adjointOf(inputs, {batch, n, m, k}, residual);
  const [x, ineqDual, eqDual] = [inputs.x.single, inputs.ineqDual.single, inputs.eqDual.single];
  const weight = inputs.weight.single;
  const width = n + m + k;
  let next = 1;
  DATA.forEach((name, i) => {
    if (!wanted[i]) return;
    const {values, shape} = outputs[next++];
    const isShared = shape[0] < batch;
    const size = values.length / shape[0];
    // Summed in double precision.
    const to = isShared ? new Float64Array(size) : values;
    to.fill(0);
    for (let sample = 0; sample < batch; sample++) {
      const at = isShared ? 0 : sample * size;
      const ux = sample * width;
      const uIneq = ux + n;
      const uEq = uIneq + m;
      const at0 = sample * n;
      if (name === 'p') for (let j = 0; j < n; j++) to[at + j] += u[ux + j];
      if (name === 'h') for (let j = 0; j < m; j++) to[at + j] -= weight[sample * m + j] * u[uIneq + j];
      if (name === 'b') for (let j = 0; j < k; j++) to[at + j] -= u[uEq + j];
      if (name === 'Q') {
        for (let a = 0, e = at; a < n; a++) {
          for (let c = 0; c < n; c++) to[e++] += 0.5 * (u[ux + a] * x[at0 + c] + x[at0 + a] * u[ux + c]);
        }
      }
      if (name === 'G') {
        for (let a = 0, e = at; a < m; a++) {
          const dual = ineqDual[sample * m + a];
          const pull = weight[sample * m + a] * u[uIneq + a];
          for (let c = 0; c < n; c++) to[e++] += dual * u[ux + c] + pull * x[at0 + c];
        }
      }
      if (name === 'A') {
        for (let a = 0, e = at; a < k; a++) {
          const dual = eqDual[sample * k + a];
          const pull = u[uEq + a];
          for (let c = 0; c < n; c++) to[e++] += dual * u[ux + c] + pull * x[at0 + c];
        }
      }
    }
    if (isShared) values.set(to);
  });
  return outputs;
});

/** The solutions of Kᵀu = −cotangent, rows of (x, ineqDual, eqDual). */
function adjointOf(
  inputs: Record<Inputs, HostInput>,
  {batch, n, m, k}: Record<'batch' | 'n' | 'm' | 'k', number>,
  residual: Floats,
): Float64Array {
  const {Q, G, A, weight, status, vx, vIneq, vEq} = inputs;
  const width = n + m + k;
  const right = new Float64Array(batch * width);
  const place = (from: Floats, size: number, first: number) => {
    for (let sample = 0, e = 0; sample < batch; sample++) {
      for (let j = 0, at = sample * width + first; j < size; j++) right[at++] = -from[e++];
    }
  };
  place(vx.single, n, 0);
  place(vIneq.single, m, n);
  place(vEq.single, k, n + m);
  const u = new Float64Array(batch * width);
  const shared = (input: HostInput) => Number(input.shape[0] < batch);
  const arrays = {
    Q: Q.single,
    G: G.single,
    A: A.single,
    weight: weight.single,
    status: status.single,
    right,
    u,
    residual,
  };
  const parameters = {n, m, k, transpose: 1, sharedQ: shared(Q), sharedG: shared(G), sharedA: shared(A)};
  runBatch(kktBatch, {arrays, parameters}, ['u', 'residual'], batch, kktCost(n, m, k));
  return u;
}
