/** @file Checks the matrices and tensors of a sparse quadratic program and brings them to one form. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../../../checks/index.js';
import type {SparseData} from '../../../conditions/index.js';
import {sidesOf, type Entries, type ProblemStructure} from '../../../kernels/index.js';
import {
  densePattern,
  isBatch,
  patternOf,
  SparseMatrix,
  structureOf,
  valuesIn,
} from '../../../linalg/index.js';
import {
  checkPair,
  ownValues,
  QP_PARAMETERS,
  QP_SHAPES,
  shapeError,
  type QPInput,
  type QPParameter,
} from '../qp-input.js';

/** A problem of which at least one matrix is sparse. The others become so: all their entries are stored. */
export interface SparseInput {
  structure: ProblemStructure;
  /** The batch or 1 is axis 0, for p the batch; of a matrix it has the values of the entries. */
  data: SparseData;
  /** Whether anything was given with a batch axis. */
  batched: boolean;
}

interface Given {
  /** With axis 0. */
  tensor: tf.Tensor;
  /** Whether it has a batch axis of its own. */
  isBatch: boolean;
  shape: readonly number[];
  entries?: Entries;
}

export function normalizeSparse(problem: QPInput, where: string): SparseInput {
  checkOptions(where, problem, QP_PARAMETERS, 'input');
  const given: Partial<Record<QPParameter, Given>> = {};
  for (const name of QP_PARAMETERS) {
    const value = problem[name];
    if (value != null) given[name] = takenFrom(where, name, value);
  }
  const {p, Q, G, A} = given;
  if (!p) throw new Error(`${where}: p is missing; expected shape [B, n] or [n].`);
  if (!Q)
    throw new Error(`${where}: Q is missing; expected shape [n, n] (without entries for a linear program).`);
  checkPair(where, given, 'G', 'h');
  checkPair(where, given, 'A', 'b');
  const sizes: Record<string, number> = {n: p.shape[0], m: G?.shape[0] ?? 0, k: A?.shape[0] ?? 0};
  let batch = 1;
  for (const name of QP_PARAMETERS) {
    const entry = given[name];
    if (!entry) continue;
    const expected = QP_SHAPES[name].map((size) => sizes[size]);
    if (!tf.util.arraysEqual([...entry.shape], expected)) throw shapeError(where, name, sizes, entry.shape);
    const count = entry.tensor.shape[0];
    if (count === 1) continue;
    if (batch !== 1 && count !== batch) {
      throw new Error(`${where}: ${name} has a batch of ${count} samples, but another input has ${batch}.`);
    }
    batch = count;
  }
  const none = patternOf([], []);
  const {n, m, k} = sizes;
  const structure = structureOf({
    ...{n, m, k, sides: sidesOf(given)},
    ...{Q: Q.entries!, G: G?.entries ?? none, A: A?.entries ?? none},
  });
  const lift = (name: 'G' | 'h' | 'A' | 'b') => given[name]?.tensor ?? tf.zeros([1, 0]);
  const vector = p.tensor.shape[0] === batch ? p.tensor : tf.tile(p.tensor, [batch, 1]);
  const {lower, upper} = given;
  const data = {
    ...{Q: Q.tensor, p: vector, G: lift('G'), h: lift('h'), A: lift('A'), b: lift('b')},
    ...(lower && {lower: lower.tensor}),
    ...(upper && {upper: upper.tensor}),
  };
  return {structure, data, batched: Object.values(given).some(({isBatch}) => isBatch)};
}

function takenFrom(where: string, name: QPParameter, value: NonNullable<QPInput[QPParameter]>): Given {
  const rank = QP_SHAPES[name].length;
  if (value instanceof SparseMatrix) {
    if (rank === 1) throw new Error(`${where}: ${name} is a vector; a sparse matrix cannot stand for it.`);
    const tensor = valuesIn(value, where);
    return {tensor, isBatch: isBatch(value), shape: value.shape, entries: value.entries};
  }
  const tensor = floats(value);
  const hasBatch = tensor.rank === rank + 1;
  const shape = tensor.shape.slice(hasBatch ? 1 : 0);
  const lifted = tf.reshape(tensor, [hasBatch ? tensor.shape[0] : 1, tf.util.sizeFromShape(shape)]);
  if (rank === 1 || shape.length !== 2) return {tensor: lifted, isBatch: hasBatch, shape};
  return {tensor: lifted, isBatch: hasBatch, shape, entries: densePattern(shape[0], shape[1])};
}

function floats(value: tf.Tensor | tf.TensorLike): tf.Tensor {
  const tensor = value instanceof tf.Tensor ? value : tf.tensor(ownValues(value));
  return tensor.dtype === 'float32' ? tensor : tf.cast(tensor, 'float32');
}
