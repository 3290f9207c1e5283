/** @file The kernel 'ImplicitQP': a batch of quadratic programs, each of which stops when it has converged. */
import {QP_OUTPUTS} from '../contracts/qp-limits.js';
import * as tf from '@tensorflow/tfjs-core';
import {runBatch} from '../threads/batch.js';
import {BatchRun} from '../threads/batch-run.js';
import {piecesOf, TensorInPieces} from '../backends/pieces.js';
import {boundRows, sidesOf} from '../contracts/bounds.js';
import type {BatchArray, Column} from '../contracts/batch-kernel.js';
import {
  computeOnHost,
  registerHostKernel,
  type Allocate,
  type HostInput,
  type HostOutput,
} from '../backends/host-kernel.js';
import {kktCost} from '../algorithms/qp/kkt-batch.js';
import {qpBatch} from '../algorithms/qp/qp-batch.js';
import {gpuQP} from '../twins/webgpu/implicit-qp.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';
import {registerDeviceKernel} from '../backends/node-device.js';
import {tensorflowTwin} from '../twins/tensorflow/index.js';

const QP = qpBatch.name;

/** The tensors of a batch. The first axis of each is the batch or 1; for p it is always the batch. */
export type QPTensors = {
  /** [B | 1, n, n]. */
  Q: tf.Tensor;
  /** [B, n]. */
  p: tf.Tensor;
  /** [B | 1, m, n]. */
  G: tf.Tensor;
  /** [B | 1, m]. */
  h: tf.Tensor;
  /** [B | 1, k, n]. */
  A: tf.Tensor;
  /** [B | 1, k]. */
  b: tf.Tensor;
  /** [B | 1, n]; without it there are no lower bounds. Only the host kernels take bounds. */
  lower?: tf.Tensor;
  /** [B | 1, n]. */
  upper?: tf.Tensor;
};

/** A guess whose active set is tried first; m counts the bounds (`contracts/bounds.ts`). */
export type QPGuess = {
  /** [B, n]. */
  x: tf.Tensor;
  /** [B, m]. */
  ineqDual: tf.Tensor;
  /** [B, k]. */
  eqDual: tf.Tensor;
  /** [B, m]. */
  slack: tf.Tensor;
};

/** The solutions of a batch of quadratic programs, and how each was found; m counts the bounds. */
export type QPSolution = {
  /** [B, n]; zero if the status is not 0. */
  x: tf.Tensor2D;
  /** [B, m]. */
  ineqDual: tf.Tensor2D;
  /** [B, k]. */
  eqDual: tf.Tensor2D;
  /** [B, m]. */
  slack: tf.Tensor2D;
  /** [B, m], int32: 0 inactive, 1 active, 2 weakly active (neither multiplier nor slack is clearly above zero). */
  activity: tf.Tensor2D;
  /** [B], int32. */
  status: tf.Tensor1D;
  /** [B], int32. */
  iterations: tf.Tensor1D;
  /** Shape [B]: the largest relative KKT error. */
  residual: tf.Tensor1D;
  /** Shape [B, n]: a direction of unbounded descent if the status is 2, else zero. */
  certificateX: tf.Tensor2D;
  /** Shape [B, m]: the part for the inequalities of a Farkas ray (proof of infeasibility) if the status is 1, else zero. */
  certificateIneq: tf.Tensor2D;
  /** Shape [B, k]: the part of that ray for the equalities, if the status is 1, else zero. */
  certificateEq: tf.Tensor2D;
};

/** Solves the batch on the backend of its tensors. */
export function runQP(
  problem: QPTensors,
  {tolerance, maxIterations}: {tolerance: number; maxIterations: number},
  guess?: QPGuess | null,
): QPSolution {
  const inputs = guess
    ? {...problem, gx: guess.x, gIneq: guess.ineqDual, gEq: guess.eqDual, gSlack: guess.slack}
    : {...problem};
  const outputs = tf
    .engine()
    .runKernel(QP, inputs as unknown as tf.NamedTensorMap, {tolerance, maxIterations});
  return solutionOf(outputs as unknown as tf.Tensor[]);
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

/** A batch that is being solved, in f64 on the host, by a caller that does not block. */
export interface QPRun extends Pick<BatchRun<string>, 'work' | 'change' | 'close' | 'done'> {
  /** The most iterations of a sample that is done. */
  readonly iterations: number;
  /** The largest residual of a sample that is done; Infinity before the first. */
  readonly residual: number;
  /** The solutions, once nothing is left. */
  result(): QPSolution;
}

/**
 * Begins to solve the batch, if the host can read its tensors, which must stay until the end.
 *
 * @param slice How long the caller wants to work at a time, in ms.
 */
export function startQP(
  problem: QPTensors,
  limits: {tolerance: number; maxIterations: number},
  guess: QPGuess | null | undefined,
  slice: number,
): QPRun {
  const {Q, p, G, h, A, b, lower, upper} = problem;
  const [batch, n] = p.shape as [number, number];
  const parameters = parametersOf(problem as never, limits, Boolean(guess));
  const {m, k} = parameters;
  const given = (tensor: tf.Tensor | undefined): Column => {
    if (!tensor) return {type: 'Float32Array', size: 0, read: () => undefined};
    const [rows, ...rest] = tensor.shape;
    const size = tf.util.sizeFromShape(rest);
    const [isShared, pieces] = [rows < batch, piecesOf(tensor)];
    const read = (from: number, into: BatchArray) => {
      const start = isShared ? 0 : from * size;
      into.set(pieces(start, start + into.length));
    };
    return {type: 'Float32Array', size, isShared, read};
  };
  const found: TensorInPieces[] = [];
  const column = (shape: number[], dtype: 'float32' | 'int32', note?: (value: number) => void): Column => {
    const size = tf.util.sizeFromShape(shape);
    const tensor = new TensorInPieces([batch, ...shape], dtype);
    found.push(tensor);
    const write = (from: number, values: BatchArray) => {
      if (size > 0) tensor.write(from * size, values);
      if (note) values.forEach(note);
    };
    return {type: dtype === 'int32' ? 'Int32Array' : 'Float32Array', size, write};
  };
  let [iterations, residual] = [0, -Infinity];
  const columns = {
    ...{Q: given(Q), p: given(p), G: given(G), h: given(h), A: given(A), b: given(b)},
    ...{lower: given(lower), upper: given(upper)},
    ...{
      gx: given(guess?.x),
      gIneq: given(guess?.ineqDual),
      gEq: given(guess?.eqDual),
      gSlack: given(guess?.slack),
    },
    // In the order of QP_OUTPUTS.
    x: column([n], 'float32'),
    ineqDual: column([m], 'float32'),
    eqDual: column([k], 'float32'),
    slack: column([m], 'float32'),
    activity: column([m], 'int32'),
    status: column([], 'int32'),
    iterations: column([], 'int32', (count) => (iterations = Math.max(iterations, count))),
    residual: column([], 'float32', (error) => {
      if (!(error <= residual)) residual = error;
    }),
    certificateX: column([n], 'float32'),
    certificateIneq: column([m], 'float32'),
    certificateEq: column([k], 'float32'),
  };
  const data = {columns, parameters};
  const run = new BatchRun(qpBatch, data, batch, costOf(n, m, k), slice);
  return {
    get done() {
      return run.done;
    },
    get iterations() {
      return iterations;
    },
    get residual() {
      return residual === -Infinity ? Infinity : residual;
    },
    work: () => run.work(),
    change: () => run.change(),
    close: () => run.close(),
    result: () => solutionOf(found.map((tensor) => tensor.tensor())),
  };
}

/** The inputs of a batch. */
export type QPInputs = Record<
  'Q' | 'p' | 'G' | 'h' | 'A' | 'b' | 'lower' | 'upper' | 'gx' | 'gIneq' | 'gEq' | 'gSlack',
  Pick<HostInput, 'shape' | 'single'>
>;

/** The approximate number of factorisations per solve. */
const ITERATIONS = 10;

function costOf(n: number, m: number, k: number): number {
  return ITERATIONS * kktCost(n, m, k);
}

registerGpuKernel(QP, gpuQP);
registerDeviceKernel(
  QP,
  tensorflowTwin.qp?.((inputs, attributes, backend) => computeOnHost(QP, inputs, attributes, backend)),
);

registerHostKernel<keyof QPInputs>(QP, (inputs, attributes, allocate) => {
  const limits = attributes as {tolerance: number; maxIterations: number};
  const {job, batch, cost, outputs} = jobOf(inputs, limits, allocate);
  runBatch(qpBatch, job, QP_OUTPUTS, batch, cost);
  return outputs;
});

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

function parametersOf(
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
