/**
 * @file The kernel 'ImplicitQPGradient': the gradient of a batch of quadratic programs in one call, the solution of the KKT system and the
 * outer products that it goes into. On the host for small ones only: for larger ones the calls do not count, and the products are quicker
 * one by one.
 */
import * as tf from '@tensorflow/tfjs-core';
import {isSmall} from '../algorithms/small-qp/small-batch.js';
import {kktBatch, kktCost} from '../algorithms/qp/kkt-batch.js';
import {computesOnBackend} from '../backends/node-device.js';
import {registerHostKernel, type HostInput} from '../backends/host-kernel.js';
import {hostCanRead} from '../backends/host-read.js';
import {sidesOf} from '../contracts/bounds.js';
import type {Floats} from '../contracts/vectors.js';
import {runBatch} from '../threads/batch.js';
import {gpuQPGradient} from '../twins/webgpu/qp-gradient.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';
import type {QPTensors} from '../contracts/qp-tensors.js';
import type {KktBlocks} from './kkt.js';

const GRADIENT = 'ImplicitQPGradient';

/** In this order. */
const DATA = ['Q', 'p', 'G', 'h', 'A', 'b', 'lower', 'upper'] as const;

/** x, λ and ν of each sample, or their cotangents: [B, n], [B, m] and [B, k]. */
export type QPVectors<T = tf.Tensor> = Record<'x' | 'ineqDual' | 'eqDual', T>;

/**
 * The cotangents of the data for the cotangents of a solution, and the residual of each linear system. With K the
 * Jacobian of the KKT conditions and Kᵀu = −cotangent:
 *
 *     Q: ½(u xᵀ + x uᵀ)    p: u    G: λ uᵀ + w u_λ xᵀ    h: −w u_λ    A: ν uᵀ + u_ν xᵀ    b: −u_ν
 *
 * The rows of bounds (`contracts/bounds.ts`) have right-hand sides −lower and upper. *
 * @param cotangent `null` in the place of zeros.
 * @param needed Whether each of Q, p, G, h, A, b, lower and upper is wanted; the others are `null`.
 * @returns `null` if there is no such kernel, or the problems are not small enough for it.
 */
export function runQPGradient(
  data: QPTensors,
  {weight, status}: Pick<KktBlocks, 'weight' | 'status'>,
  solution: QPVectors,
  cotangent: QPVectors<tf.Tensor | null>,
  needed: readonly boolean[],
): {cotangents: (tf.Tensor | null)[]; residual: tf.Tensor1D} | null {
  if (computesOnBackend()) return null;
  const {Q, A} = data;
  if (hostCanRead() && !isSmall(Q.shape[2]!, weight.shape[1]! + A.shape[1]!, sidesOf(data))) return null;
  if (!tf.getKernel(GRADIENT, tf.getBackend())) return null;
  const {x, ineqDual, eqDual} = solution;
  const inputs: Record<string, tf.Tensor> = {...data, weight, status, x, ineqDual, eqDual};
  if (cotangent.x) inputs.vx = cotangent.x;
  if (cotangent.ineqDual) inputs.vIneq = cotangent.ineqDual;
  if (cotangent.eqDual) inputs.vEq = cotangent.eqDual;
  const names = DATA.filter((name) => data[name]);
  const wanted = names.map((_, i) => Number(needed[i]));
  const outputs: tf.Tensor | tf.Tensor[] = tf.engine().runKernel(GRADIENT, inputs, {wanted});
  const found = Array.isArray(outputs) ? outputs : [outputs];
  let next = 1;
  return {cotangents: wanted.map((is) => (is ? found[next++] : null)), residual: found[0] as tf.Tensor1D};
}

type Inputs =
  (typeof DATA)[number] | 'weight' | 'status' | 'x' | 'ineqDual' | 'eqDual' | 'vx' | 'vIneq' | 'vEq';
type Cotangents = 'vx' | 'vIneq' | 'vEq';

registerGpuKernel(GRADIENT, gpuQPGradient);

registerHostKernel<Inputs>(GRADIENT, (inputs, attributes, allocate) => {
  const wanted = attributes.wanted as number[];
  const [batch, n] = inputs.x.shape;
  const [m, k] = [inputs.weight.shape[1], inputs.A.shape[1]];
  const width = n + m + k;
  const general = inputs.G.shape[1];
  const names = DATA.filter((name) => inputs[name]);
  const shapes = names.map((name) => inputs[name].shape);
  const outputs = allocate([batch], ...shapes.filter((_, i) => wanted[i]));
  const residual = outputs[0].values.fill(0);
  const u = adjointOf(inputs, {batch, n, m, k}, residual);
  const [x, ineqDual, eqDual] = [inputs.x.single, inputs.ineqDual.single, inputs.eqDual.single];
  weigh(u, inputs.weight.single, {batch, n, m, width});
  let next = 1;
  names.forEach((name, i) => {
    if (!wanted[i]) return;
    const {values, shape} = outputs[next++];
    const isShared = shape[0] < batch;
    const size = values.length / shape[0];
    // Summed in double precision.
    const to = isShared ? new Float64Array(size) : values;
    to.fill(0);
    for (let sample = 0; sample < batch; sample++) {
      const at = isShared ? 0 : sample * size;
      const [ofX, ofIneq, ofEq] = [sample * n, sample * m, sample * k];
      const uX = sample * width;
      const uIneq = uX + n;
      const uEq = uIneq + m;
      if (name === 'p') addMultiple(to, at, n, 1, u, uX);
      else if (name === 'h') addMultiple(to, at, general, -1, u, uIneq);
      else if (name === 'lower') addMultiple(to, at, n, 1, u, uIneq + general);
      else if (name === 'upper') addMultiple(to, at, n, -1, u, uEq - n);
      else if (name === 'b') addMultiple(to, at, k, -1, u, uEq);
      else if (name === 'Q') addOuters(to, at, {rows: n, n, factor: 0.5}, x, ofX, u, uX, u, uX, x, ofX);
      else if (name === 'G')
        addOuters(to, at, {rows: general, n, factor: 1}, ineqDual, ofIneq, u, uX, u, uIneq, x, ofX);
      else addOuters(to, at, {rows: k, n, factor: 1}, eqDual, ofEq, u, uX, u, uEq, x, ofX);
    }
    if (isShared) values.set(to);
  });
  return outputs;
});

/** Multiplies the part of u for the inequalities by their weights. */
function weigh(
  u: Float64Array,
  weight: Floats,
  {batch, n, m, width}: Record<'batch' | 'n' | 'm' | 'width', number>,
): void {
  for (let sample = 0, e = 0; sample < batch; sample++) {
    for (let i = 0, at = sample * width + n; i < m; i++) u[at++] *= weight[e++];
  }
}

/** to += factor · from, for `count` numbers from two places. */
function addMultiple(
  to: Floats,
  at: number,
  count: number,
  factor: number,
  from: Float64Array,
  start: number,
): void {
  for (let j = 0; j < count; j++) to[at + j] += factor * from[start + j];
}

/** to += factor · (left rightᵀ + other partnerᵀ), [rows, n], with vectors from some place each. */
function addOuters(
  to: Floats,
  at: number,
  {rows, n, factor}: Record<'rows' | 'n' | 'factor', number>,
  left: Floats,
  ofLeft: number,
  right: Float64Array,
  ofRight: number,
  other: Float64Array,
  ofOther: number,
  partner: Floats,
  ofPartner: number,
): void {
  for (let i = 0, e = at; i < rows; i++) {
    const first = factor * left[ofLeft + i];
    const second = factor * other[ofOther + i];
    // A row that is not active has neither.
    if (first === 0 && second === 0) {
      e += n;
      continue;
    }
    for (let j = 0; j < n; j++) to[e++] += first * right[ofRight + j] + second * partner[ofPartner + j];
  }
}

/** The solutions of Kᵀu = −cotangent, rows of (x, ineqDual, eqDual). */
function adjointOf(
  inputs: Record<Exclude<Inputs, Cotangents>, HostInput> & Partial<Record<Cotangents, HostInput>>,
  {batch, n, m, k}: Record<'batch' | 'n' | 'm' | 'k', number>,
  residual: Floats,
): Float64Array {
  const {Q, G, A, weight, status, vx, vIneq, vEq} = inputs;
  const sides = sidesOf(inputs);
  const width = n + m + k;
  const right = new Float64Array(batch * width);
  const place = (input: HostInput | undefined, size: number, first: number) => {
    if (!input) return;
    const from = input.single;
    for (let sample = 0, e = 0; sample < batch; sample++) {
      for (let j = 0, at = sample * width + first; j < size; j++) right[at++] = -from[e++];
    }
  };
  place(vx, n, 0);
  place(vIneq, m, n);
  place(vEq, k, n + m);
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
  const parameters = {
    n,
    m,
    k,
    sides,
    transpose: 1,
    sharedQ: shared(Q),
    sharedG: shared(G),
    sharedA: shared(A),
  };
  runBatch(kktBatch, {arrays, parameters}, ['u', 'residual'], batch, kktCost(n, m, k));
  return u;
}
