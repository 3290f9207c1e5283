/** @file A batch of quadratic programs that is solved a slice at a time, for a caller that does not block. */
import * as tf from '@tensorflow/tfjs-core';
import {qpBatch} from '../algorithms/qp/qp-batch.js';
import {piecesOf, TensorInPieces} from '../backends/pieces.js';
import type {BatchArray, Column} from '../contracts/batch-kernel.js';
import type {QPGuess, QPSolution, QPTensors} from '../contracts/qp-tensors.js';
import {BatchRun} from '../threads/batch-run.js';
import {costOf, parametersOf, solutionOf} from './qp-job.js';

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
