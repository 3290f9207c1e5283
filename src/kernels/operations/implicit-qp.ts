/** @file The kernel 'ImplicitQP': a batch of quadratic programs, each of which stops when it has converged. */
import {QP_OUTPUTS} from '../contracts/qp-limits.js';
import * as tf from '@tensorflow/tfjs-core';
import {runBatch} from '../threads/batch.js';
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
  const [x, ineqDual, eqDual, slack, activity, status, iterations, residual, cx, ci, ce] =
    outputs as unknown as tf.Tensor[];
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

type Inputs = Record<'Q' | 'p' | 'G' | 'h' | 'A' | 'b' | 'gx' | 'gIneq' | 'gEq' | 'gSlack', HostInput>;

const INTEGERS: ReadonlySet<string> = new Set(['activity', 'status', 'iterations']);
/** The approximate number of factorisations per solve. */
const ITERATIONS = 10;

registerGpuKernel(QP, gpuQP);

registerHostKernel<keyof Inputs>(QP, (inputs, attributes) => {
  const {tolerance, maxIterations} = attributes as {tolerance: number; maxIterations: number};
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
  const shared = (input: HostInput) => Number(input.shape[0] < batch);
  const parameters = {
    ...{n, m, k, tolerance, maxIterations},
    sharedQ: shared(inputs.Q),
    sharedG: shared(inputs.G),
    sharedA: shared(inputs.A),
    sharedh: shared(inputs.h),
    sharedb: shared(inputs.b),
    guess: Number(inputs.gx !== undefined),
  };
  runBatch(qpBatch, {arrays, parameters}, QP_OUTPUTS, batch, ITERATIONS * kktCost(n, m, k));
  return QP_OUTPUTS.map((name): HostOutput => {
    const values = output[name];
    const shape = widths[name] === null ? [batch] : [batch, widths[name]];
    return {values, shape, dtype: values instanceof Int32Array ? 'int32' : 'float32'};
  });
});
