/** @file Checks the tensors of a quadratic program and brings them to one form. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, see} from '../../checks/index.js';
import type {QuadraticData} from '../../conditions/index.js';
import {SparseMatrix} from '../../linalg/index.js';

/** A tensor, or numbers from which one is made. */
export type QPValue = tf.Tensor | tf.TensorLike;

/** A problem as given by the user; for the shapes see `solveQP`. G comes with h, A with b. */
export interface QPInput {
  /** The quadratic term of ½ xᵀQx + pᵀx, symmetric positive semidefinite: [n, n], shared by the batch, or [B, n, n]. */
  Q: QPValue | SparseMatrix;
  /** The linear term of ½ xᵀQx + pᵀx: [B, n]; or [n], shared by the batch if another tensor has a batch axis. */
  p: QPValue;
  /** The left side of Gx ≤ h, a row for each inequality: [m, n], shared by the batch, or [B, m, n]. Default: no inequalities. */
  G?: QPValue | SparseMatrix | null | undefined;
  /** The right side of Gx ≤ h: [m], shared by the batch, or [B, m]; Infinity, or 1e20 and above, if a row has no bound. Comes with G. */
  h?: QPValue | null | undefined;
  /** The left side of Ax = b, a row for each equality: [k, n], shared by the batch, or [B, k, n]. Default: no equalities. */
  A?: QPValue | SparseMatrix | null | undefined;
  /** The right side of Ax = b: [k], shared by the batch, or [B, k]. Comes with A. */
  b?: QPValue | null | undefined;
  /** The bounds lower ≤ x: [n], shared by the batch, or [B, n]; −Infinity, or −1e20 and below, if a variable has none. Default: none. */
  lower?: QPValue | null | undefined;
  /** The bounds x ≤ upper: [n], shared by the batch, or [B, n]; Infinity, or 1e20 and above, if a variable has none. Default: none. */
  upper?: QPValue | null | undefined;
}

/** The type of an unknown name, which makes the compiler print a message. */
export type NotAnInput = {
  /** No value has the type `never`: the name of this entry is the message. */
  'a problem has Q, p, G, h, A, b, lower and upper only': never;
};

/** The entries that the compiler rejects in a problem of type T: one of a pair without the other, and unknown names. */
export type QPProblem<T extends QPInput> = T &
  ('G' extends keyof T
    ? 'h' extends keyof T
      ? unknown
      : {
          /** The right side of Gx ≤ h, which G needs: [m] or [B, m]. */
          h: QPValue;
        }
    : unknown) &
  ('h' extends keyof T
    ? 'G' extends keyof T
      ? unknown
      : {
          /** The left side of Gx ≤ h, which h needs: [m, n] or [B, m, n]. */
          G: QPValue | SparseMatrix;
        }
    : unknown) &
  ('A' extends keyof T
    ? 'b' extends keyof T
      ? unknown
      : {
          /** The right side of Ax = b, which A needs: [k] or [B, k]. */
          b: QPValue;
        }
    : unknown) &
  ('b' extends keyof T
    ? 'A' extends keyof T
      ? unknown
      : {
          /** The left side of Ax = b, which b needs: [k, n] or [B, k, n]. */
          A: QPValue | SparseMatrix;
        }
    : unknown) & {
    [Name in Exclude<keyof T, QPParameter>]: NotAnInput;
  };

/** One of the parameters of a quadratic program. */
export type QPParameter = 'Q' | 'p' | 'G' | 'h' | 'A' | 'b' | 'lower' | 'upper';

/** The names of the parameters, in order. */
export const QP_PARAMETERS: readonly QPParameter[] = ['Q', 'p', 'G', 'h', 'A', 'b', 'lower', 'upper'];

/** Shape of each tensor without the batch axis: n variables, m inequalities, k equalities. */
export const QP_SHAPES: Record<QPParameter, ('n' | 'm' | 'k')[]> = {
  Q: ['n', 'n'],
  p: ['n'],
  G: ['m', 'n'],
  h: ['m'],
  A: ['k', 'n'],
  b: ['k'],
  lower: ['n'],
  upper: ['n'],
};

/** The tensors with the batch or 1 as axis 0 (for p the batch), and whether any was given with a batch axis. */
export function normalize(problem: QPInput, where = 'solveQP'): {data: QuadraticData; batched: boolean} {
  checkOptions(where, problem, QP_PARAMETERS, 'input');
  const given: Partial<Record<QPParameter, tf.Tensor>> = {};
  for (const name of QP_PARAMETERS) {
    const value = problem[name];
    if (value == null) continue;
    if (value instanceof SparseMatrix) {
      throw new Error(`${where}: ${name} is a sparse matrix; solveQP and solveQPAsync take it.`);
    }
    const tensor = value instanceof tf.Tensor ? value : tf.tensor(ownValues(value));
    given[name] = tensor.dtype === 'float32' ? tensor : tf.cast(tensor, 'float32');
  }
  if (!given.p) throw new Error(`${where}: p is missing; expected shape [B, n] or [n].`);
  if (!given.Q)
    throw new Error(
      `${where}: Q is missing; expected shape [n, n] or [B, n, n] (zeros for a linear program).`,
    );
  checkPair(where, given, 'G', 'h');
  checkPair(where, given, 'A', 'b');
  const sizes: Record<string, number> = {n: given.p.shape[given.p.rank - 1]};
  if (given.G) sizes.m = given.G.shape[given.G.rank - 2];
  if (given.A) sizes.k = given.A.shape[given.A.rank - 2];
  let batch = 1;
  let batched = false;
  for (const name of QP_PARAMETERS) {
    const tensor = given[name];
    if (!tensor) continue;
    const symbols = QP_SHAPES[name];
    const extra = tensor.rank - symbols.length;
    if (!(extra === 0 || extra === 1) || !symbols.every((size, i) => tensor.shape[extra + i] === sizes[size]))
      throw shapeError(where, name, sizes, tensor.shape);
    if (extra === 0) continue;
    const size = tensor.shape[0];
    if (batched && size !== batch && size !== 1 && batch !== 1) {
      throw new Error(
        `${where}: ${name} has a batch of ${size} samples, but another input has ${batch}: shapes ${describe(given)}.` +
          see('debugging#shapes'),
      );
    }
    batch = batched ? Math.max(batch, size) : size;
    batched = true;
  }
  const lift = (name: QPParameter): tf.Tensor => {
    const tensor = given[name];
    const symbols = QP_SHAPES[name];
    if (!tensor) return tf.zeros([1, ...symbols.map((size) => sizes[size] ?? 0)]);
    return tensor.rank === symbols.length ? tf.expandDims(tensor, 0) : tensor;
  };
  const p = lift('p');
  const ofEach = p.shape[0] === batch ? p : tf.tile(p, [batch, 1]);
  const data = {
    ...{Q: lift('Q'), p: ofEach, G: lift('G'), h: lift('h'), A: lift('A'), b: lift('b')},
    ...(given.lower && {lower: lift('lower')}),
    ...(given.upper && {upper: lift('upper')}),
  };
  return {data, batched};
}

/** On the backend 'cpu' a tensor shares its memory with a typed array, which the caller may use again while it is solved. */
export function ownValues(values: tf.TensorLike): tf.TensorLike {
  return ArrayBuffer.isView(values) ? values.slice() : values;
}

/** @throws If one of a pair was given without the other. */
export function checkPair(
  where: string,
  given: Partial<Record<QPParameter, unknown>>,
  matrix: QPParameter,
  vector: QPParameter,
): void {
  for (const [one, other] of [
    [matrix, vector],
    [vector, matrix],
  ]) {
    if (given[one] && !given[other]) {
      const shape = QP_SHAPES[other].join(', ');
      throw new Error(
        `${where}: ${one} was given without ${other}; expected ${other} of shape [${shape}] or [B, ${shape}].`,
      );
    }
  }
}

/** The error for a tensor or matrix with another shape than it must have. */
export function shapeError(
  where: string,
  name: QPParameter,
  sizes: Record<string, number>,
  got: readonly number[],
): Error {
  const symbols = QP_SHAPES[name].join(', ');
  const known = QP_SHAPES[name].map((size) => sizes[size] ?? size).join(', ');
  return new Error(
    `${where}: ${name} must have shape [${symbols}] or [B, ${symbols}], which is [${known}] or [B, ${known}] here; got [${got}].` +
      see('debugging#shapes'),
  );
}

function describe(given: Partial<Record<QPParameter, tf.Tensor>>): string {
  return QP_PARAMETERS.filter((name) => given[name])
    .map((name) => `${name} [${given[name]!.shape}]`)
    .join(', ');
}
