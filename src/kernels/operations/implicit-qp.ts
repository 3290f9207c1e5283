/** @file The kernel 'ImplicitQP': a batch of quadratic programs, each of which stops when it has converged. */
import {QP_OUTPUTS} from '../contracts/qp-limits.js';
import * as tf from '@tensorflow/tfjs-core';
import {runBatch} from '../threads/batch.js';
import {BatchRun} from '../threads/batch-run.js';
import {readF32} from '../backends/host-read.js';
import {zerosLike, type Floats} from '../contracts/vectors.js';
import {registerHostKernel, type HostInput, type HostOutput} from '../backends/host-kernel.js';
import {kktCost} from '../algorithms/qp/kkt-batch.js';
import {qpBatch} from '../algorithms/qp/qp-batch.js';
import {gpuQP} from '../twins/webgpu/implicit-qp.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';

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
};

/** A guess whose active set is tried first. */
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

/** The solutions of a batch of quadratic programs, and how each was found. */
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
  const inputs: Record<string, tf.Tensor> = {...problem};
  if (guess) {
    Object.assign(inputs, {gx: guess.x, gIneq: guess.ineqDual, gEq: guess.eqDual, gSlack: guess.slack});
  }
  const outputs = tf
    .engine()
    .runKernel(QP, inputs as unknown as tf.NamedTensorMap, {tolerance, maxIterations});
  return solutionOf(outputs as unknown as tf.Tensor[]);
}

function solutionOf(outputs: readonly tf.Tensor[]): QPSolution {
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
  /** The solutions, once nothing is left. */
  result(): QPSolution;
}

/**
 * Begins to solve the batch, if the host can read its tensors, which are read now.
 *
 * @param slice How long the caller wants to work at a time, in ms.
 */
export function startQP(
  problem: QPTensors,
  limits: {tolerance: number; maxIterations: number},
  guess: QPGuess | null | undefined,
  slice: number,
): QPRun {
  const {Q, p, G, h, A, b} = problem;
  const given = guess && {gx: guess.x, gIneq: guess.ineqDual, gEq: guess.eqDual, gSlack: guess.slack};
  const inputs = Object.fromEntries(
    Object.entries<tf.Tensor>({Q, p, G, h, A, b, ...given}).map(([name, tensor]) => [
      name,
      // What a backend gives to read stays as it is, even if its own memory moves before the end.
      {shape: tensor.shape, single: readF32(tensor)},
    ]),
  ) as unknown as Inputs;
  const {job, batch, cost, outputs} = jobOf(inputs, limits);
  const run = new BatchRun(qpBatch, job, QP_OUTPUTS, batch, cost, slice);
  return {
    get done() {
      return run.done;
    },
    work: () => run.work(),
    change: () => run.change(),
    close: () => run.close(),
    result: () => solutionOf(outputs().map(({values, shape, dtype}) => tf.tensor(values, shape, dtype))),
  };
}

type Inputs = Record<
  'Q' | 'p' | 'G' | 'h' | 'A' | 'b' | 'gx' | 'gIneq' | 'gEq' | 'gSlack',
  Pick<HostInput, 'shape' | 'single'>
>;

const INTEGERS: ReadonlySet<string> = new Set(['activity', 'status', 'iterations']);
/** The approximate number of factorisations per solve. */
const ITERATIONS = 10;

registerGpuKernel(QP, gpuQP);

registerHostKernel<keyof Inputs>(QP, (inputs, attributes) => {
  const limits = attributes as {tolerance: number; maxIterations: number};
  const {job, batch, cost, outputs} = jobOf(inputs, limits);
  runBatch(qpBatch, job, QP_OUTPUTS, batch, cost);
  return outputs();
});

/** The batch as arrays; `outputs` are the results once it has been run. */
function jobOf(
  inputs: Inputs,
  {tolerance, maxIterations}: {tolerance: number; maxIterations: number},
): {job: Parameters<typeof qpBatch.start>[1]; batch: number; cost: number; outputs: () => HostOutput[]} {
  const [batch, n] = inputs.p.shape;
  const m = inputs.G.shape[1];
  const k = inputs.A.shape[1];
  const widths = {
    ...{x: n, ineqDual: m, eqDual: k, slack: m, activity: m},
    ...{status: null, iterations: null, residual: null},
    ...{certificateX: n, certificateIneq: m, certificateEq: k},
  };
  const output = Object.fromEntries(
    QP_OUTPUTS.map((name) => [
      name,
      INTEGERS.has(name)
        ? new Int32Array(batch * (widths[name] ?? 1))
        : zerosLike(inputs.p.single, batch * (widths[name] ?? 1)),
    ]),
  ) as Record<(typeof QP_OUTPUTS)[number], Floats | Int32Array>;
  const empty = new Float32Array(0);
  const arrays = {
    ...(Object.fromEntries(
      (['Q', 'p', 'G', 'h', 'A', 'b', 'gx', 'gIneq', 'gEq', 'gSlack'] as const).map((name) => [
        name,
        inputs[name]?.single ?? empty,
      ]),
    ) as Record<keyof Inputs, Floats>),
    ...output,
  };
  const shared = (input: {shape: number[]}) => Number(input.shape[0] < batch);
  const parameters = {
    ...{n, m, k, tolerance, maxIterations},
    sharedQ: shared(inputs.Q),
    sharedG: shared(inputs.G),
    sharedA: shared(inputs.A),
    sharedh: shared(inputs.h),
    sharedb: shared(inputs.b),
    guess: Number(inputs.gx !== undefined),
  };
  const outputs = () =>
    QP_OUTPUTS.map((name): HostOutput => {
      const values = output[name];
      const shape = widths[name] === null ? [batch] : [batch, widths[name]];
      return {values, shape, dtype: values instanceof Int32Array ? 'int32' : 'float32'};
    });
  return {job: {arrays, parameters}, batch, cost: ITERATIONS * kktCost(n, m, k), outputs};
}
