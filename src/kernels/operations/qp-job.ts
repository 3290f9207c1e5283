/** @file A batch of quadratic programs as arrays of the host, and its results. */
import * as tf from '@tensorflow/tfjs-core';
import {kktCost} from '../algorithms/qp/kkt-batch.js';
import type {qpBatch} from '../algorithms/qp/qp-batch.js';
import type {Allocate, HostInput, HostOutput} from '../backends/host-kernel.js';
import {boundRows, sidesOf} from '../contracts/bounds.js';
import type {QPSolution} from '../contracts/qp-tensors.js';

/** The inputs of a batch. */
export type QPInputs = Record<
  'Q' | 'p' | 'G' | 'h' | 'A' | 'b' | 'lower' | 'upper' | 'gx' | 'gIneq' | 'gEq' | 'gSlack',
  Pick<HostInput, 'shape' | 'single'>
>;

/** The approximate number of factorisations per solve. */
const ITERATIONS = 10;

/** The approximate number of multiplications of a sample. */
export function costOf(n: number, m: number, k: number): number {
  return ITERATIONS * kktCost(n, m, k);
}

/** The outputs of a batch by name. */
export function solutionOf(outputs: readonly tf.Tensor[]): QPSolution {
  const [x, ineqDual, eqDual, slack, activity, status, iterations, residual, cx, ci, ce] = outputs;
  return {
    x: x as tf.Tensor2D,
    ineqDual: ineqDual as tf.Tensor2D,
    eqDual: eqDual as tf.Tensor2D,
    slack: slack as tf.Tensor2D,
    activity: activity as tf.Tensor2D,
    status: status as tf.Tensor1D,
    iterations: iterations as tf.Tensor1D,
    residual: residual as tf.Tensor1D,
    certificateX: cx as tf.Tensor2D,
    certificateIneq: ci as tf.Tensor2D,
    certificateEq: ce as tf.Tensor2D,
  };
}

/**
 * The batch as arrays; `outputs` are the results once it has been run. For one small problem, everything here counts: hence no loops over
 * names.
 */
export function jobOf(
  inputs: QPInputs,
  {tolerance, maxIterations}: {tolerance: number; maxIterations: number},
  allocate: Allocate,
): {job: Parameters<typeof qpBatch.start>[1]; batch: number; cost: number; outputs: HostOutput[]} {
  const {Q, p, G, h, A, b, lower, upper, gx, gIneq, gEq, gSlack} = inputs as Partial<QPInputs> &
    typeof inputs;
  const parameters = parametersOf(inputs, {tolerance, maxIterations}, gx !== undefined);
  const [batch] = p.shape;
  const {n, m, k} = parameters;
  const [ofX, ofIneq, ofEq, ofEach] = [[batch, n], [batch, m], [batch, k], [batch]];
  const floats = allocate(ofX, ofIneq, ofEq, ofIneq, ofEach, ofX, ofIneq, ofEq);
  const [x, ineqDual, eqDual, slack, residual, certificateX, certificateIneq, certificateEq] = floats;
  for (const {values} of floats) values.fill(0);
  const activity = integers(ofIneq);
  const status = integers(ofEach);
  const iterations = integers(ofEach);
  const none = new Float32Array(0);
  const arrays = {
    Q: Q.single,
    p: p.single,
    G: G.single,
    h: h.single,
    A: A.single,
    b: b.single,
    lower: lower?.single ?? none,
    upper: upper?.single ?? none,
    gx: gx?.single ?? none,
    gIneq: gIneq?.single ?? none,
    gEq: gEq?.single ?? none,
    gSlack: gSlack?.single ?? none,
    x: x.values,
    ineqDual: ineqDual.values,
    eqDual: eqDual.values,
    slack: slack.values,
    activity: activity.values,
    status: status.values,
    iterations: iterations.values,
    residual: residual.values,
    certificateX: certificateX.values,
    certificateIneq: certificateIneq.values,
    certificateEq: certificateEq.values,
  };
  // In the order of QP_OUTPUTS.
  const outputs = [
    ...[x, ineqDual, eqDual, slack, activity, status, iterations, residual],
    ...[certificateX, certificateIneq, certificateEq],
  ];
  return {job: {arrays, parameters}, batch, cost: costOf(n, m, k), outputs};
}

type Shapes<Names extends string> = Record<Names, {shape: number[]}>;

/** The sizes of a batch, what its samples share, and the limits. */
export function parametersOf(
  {
    Q,
    p,
    G,
    h,
    A,
    b,
    lower,
    upper,
  }: Shapes<'Q' | 'p' | 'G' | 'h' | 'A' | 'b'> & Partial<Shapes<'lower' | 'upper'>>,
  {tolerance, maxIterations}: {tolerance: number; maxIterations: number},
  hasGuess: boolean,
): Record<string, number> {
  const [batch, n] = p.shape;
  const sides = sidesOf({lower, upper});
  return {
    n,
    m: h.shape[1] + boundRows(sides, n),
    k: b.shape[1],
    sides,
    tolerance,
    maxIterations,
    sharedQ: Number(Q.shape[0] < batch),
    sharedG: Number(G.shape[0] < batch),
    sharedA: Number(A.shape[0] < batch),
    sharedh: Number(h.shape[0] < batch),
    sharedb: Number(b.shape[0] < batch),
    sharedlower: Number(lower && lower.shape[0] < batch),
    sharedupper: Number(upper && upper.shape[0] < batch),
    guess: Number(hasGuess),
  };
}

function integers(shape: number[]): HostOutput & {values: Int32Array} {
  return {values: new Int32Array(tf.util.sizeFromShape(shape)), shape, dtype: 'int32'};
}
