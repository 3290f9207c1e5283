/** @file The kernel 'ImplicitQP': a batch of quadratic programs, each to its own convergence. */
import * as tf from '@tensorflow/tfjs-core';
import {registerHostKernel, type HostInput, type HostOutput} from './host-kernel.js';
import {equilibrateMatrices, type MatrixScaling} from './reference/qp/equilibrate.js';
import type {Outcome} from './reference/qp/interior-point.js';
import {isSymmetric, liftToSemidefinite, symmetrize} from './reference/qp/semidefinite.js';
import {QPSolver, type QPResult} from './reference/qp/solve.js';
import {type Point, type Problem} from './reference/qp/types.js';

const QP = 'ImplicitQP';

/** The tensors of a batch. Each may have the batch or 1 in front, p always has the batch. */
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
export interface QPGuess {
  /** [B, n]. */
  x: tf.Tensor;
  /** [B, m]. */
  ineqDual: tf.Tensor;
  /** [B, k]. */
  eqDual: tf.Tensor;
  /** [B, m]. */
  slack: tf.Tensor;
}

export interface QPSolution {
  /** [B, n]; zero where the status is not 0. */
  x: tf.Tensor2D;
  /** [B, m]. */
  ineqDual: tf.Tensor2D;
  /** [B, k]. */
  eqDual: tf.Tensor2D;
  /** [B, m]. */
  slack: tf.Tensor2D;
  /** [B, m], int32: 0 inactive, 1 active, 2 weakly active (neither multiplier nor slack is clear of zero). */
  activity: tf.Tensor2D;
  /** [B], int32. */
  status: tf.Tensor1D;
  /** [B], int32. */
  iterations: tf.Tensor1D;
  /** [B]: the largest relative KKT error. */
  residual: tf.Tensor1D;
  /** [B, n]: a direction of unbounded descent where the status is 2, else zero. */
  certificateX: tf.Tensor2D;
  /** [B, m] and [B, k]: a Farkas ray where the status is 1, else zero. */
  certificateIneq: tf.Tensor2D;
  certificateEq: tf.Tensor2D;
}

const STATUS: Record<Outcome, number> = {
  solved: 0,
  primalInfeasible: 1,
  dualInfeasible: 2,
  iterationLimit: 3,
  numericalError: 4,
};
const INVALID = 5;

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

registerHostKernel<keyof Inputs>(QP, (inputs, attributes) => {
  const {tolerance, maxIterations} = attributes as {tolerance: number; maxIterations: number};
  const [batch, n] = inputs.p.shape;
  const m = inputs.G.shape[1];
  const k = inputs.A.shape[1];
  const solver = new QPSolver(n, k, m);
  const problem: Problem = {
    n,
    p: k,
    m,
    P: new Float64Array(n * n),
    q: new Float64Array(n),
    C: new Float64Array((k + m) * n),
    d: new Float64Array(k + m),
  };
  const matricesShared = [inputs.Q, inputs.G, inputs.A].every(({shape}) => shape[0] === 1);
  const output = outputBuffers(batch, n, m, k);
  let shared: Matrices | null = null;

  for (let sample = 0; sample < batch; sample++) {
    loadSample(inputs, sample, problem);
    const matrices: Matrices = (matricesShared && shared) || readMatrices(problem);
    shared = matrices;
    problem.P.set(matrices.P);
    if (!matrices.valid || !isFiniteArray(problem.q) || !isFiniteArray(problem.d)) {
      output.status[sample] = INVALID;
      continue;
    }
    const guess = inputs.gx ? loadGuess(inputs, sample, k, m) : undefined;
    const result = solver.solve(problem, tolerance, maxIterations, guess, matrices.scaling);
    store(output, sample, problem, result);
  }
  return output.list;
});

interface Matrices {
  valid: boolean;
  /** Q, symmetric and semidefinite to the last digit. */
  P: Float64Array;
  scaling: MatrixScaling;
}

/** What the samples that share Q, G and A can share. */
function readMatrices(problem: Problem): Matrices {
  const {n, C} = problem;
  const P = problem.P.slice();
  let valid = isFiniteArray(P) && isFiniteArray(C) && isSymmetric(P, n);
  symmetrize(P, n);
  valid &&= liftToSemidefinite(P, n);
  return {valid, P, scaling: equilibrateMatrices({...problem, P})};
}

function loadSample(inputs: Inputs, sample: number, {n, p: k, m, P, q, C, d}: Problem): void {
  const copy = ({values, shape}: HostInput, size: number, target: Float64Array, at: number) => {
    const start = shape[0] === 1 ? 0 : sample * size;
    target.set(values.subarray(start, start + size), at);
  };
  copy(inputs.Q, n * n, P, 0);
  copy(inputs.p, n, q, 0);
  copy(inputs.A, k * n, C, 0);
  copy(inputs.G, m * n, C, k * n);
  copy(inputs.b, k, d, 0);
  copy(inputs.h, m, d, k);
}

function loadGuess(inputs: Inputs, sample: number, k: number, m: number): Point {
  const row = ({values, shape}: HostInput) => values.slice(sample * shape[1], (sample + 1) * shape[1]);
  const y = new Float64Array(k + m);
  const s = new Float64Array(k + m);
  y.set(row(inputs.gEq), 0);
  y.set(row(inputs.gIneq), k);
  s.set(row(inputs.gSlack), k);
  return {x: row(inputs.gx), y, s};
}

function isFiniteArray(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

function outputBuffers(batch: number, n: number, m: number, k: number) {
  const list: HostOutput[] = [];
  const float = (...shape: number[]) => {
    const values = new Float32Array(tf.util.sizeFromShape(shape));
    list.push({values, shape, dtype: 'float32'});
    return values;
  };
  const int = (...shape: number[]) => {
    const values = new Int32Array(tf.util.sizeFromShape(shape));
    list.push({values, shape, dtype: 'int32'});
    return values;
  };
  return {
    x: float(batch, n),
    ineqDual: float(batch, m),
    eqDual: float(batch, k),
    slack: float(batch, m),
    activity: int(batch, m),
    status: int(batch),
    iterations: int(batch),
    residual: float(batch),
    certificateX: float(batch, n),
    certificateIneq: float(batch, m),
    certificateEq: float(batch, k),
    list,
  };
}

function store(
  output: ReturnType<typeof outputBuffers>,
  sample: number,
  {n, p: k, m}: Problem,
  result: QPResult,
): void {
  const {x, y, s} = result;
  output.status[sample] = STATUS[result.outcome];
  output.iterations[sample] = result.iterations;
  output.residual[sample] = result.residual;
  if (result.outcome === 'solved') {
    output.x.set(x, sample * n);
    output.eqDual.set(y.subarray(0, k), sample * k);
    for (let i = 0; i < m; i++) {
      output.ineqDual[sample * m + i] = Math.max(0, y[k + i]);
      output.slack[sample * m + i] = Math.max(0, s[k + i]);
      output.activity[sample * m + i] = result.activity[k + i];
    }
  } else if (result.outcome === 'primalInfeasible') {
    output.certificateEq.set(y.subarray(0, k), sample * k);
    output.certificateIneq.set(y.subarray(k), sample * m);
  } else if (result.outcome === 'dualInfeasible') {
    output.certificateX.set(x, sample * n);
  }
}
