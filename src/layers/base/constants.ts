/** @file Constants of a layer: given as tensors or numbers, saved as numbers. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../../checks/index.js';
import {NO_BOUND, valuesOnHost} from '../../kernels/index.js';
import {sparseAlgebra, SparseMatrix} from '../../linalg/index.js';
import type {QPParameter} from '../../solvers/index.js';

/** The parameters that a layer's problem has, each with the names of its axes, without the batch. */
export type ParameterShapes<Name extends string> = Readonly<Record<Name, readonly string[]>>;

/** A constant as it is written to a config: tfjs changes the case of keys and values, but not of these. */
export type SavedConstant = {
  /** The name of the parameter, such as 'Q'. */
  symbol: string;
  /** Its shape, without the batch axis. */
  shape: number[];
  /** Its entries, row by row; or those of a sparse matrix, at `rows` and `columns`. */
  values: number[];
  /** The row of each entry of a sparse matrix. */
  rows?: number[];
  /** The column of each entry of a sparse matrix. */
  columns?: number[];
};

/** The values of constants, without a batch axis. Those of a quadratic program may be sparse matrices. */
export type Constants<Name extends string = QPParameter, Matrix = SparseMatrix> = Partial<
  Record<Name, tf.Tensor | tf.TensorLike | Matrix>
>;

/** 'q' and 'Q' are the same name, because a saved config does not keep the case. */
export function asParameter<Name extends string>(
  className: string,
  shapes: ParameterShapes<Name>,
  name: unknown,
  where: string,
): Name {
  const names = Object.keys(shapes) as Name[];
  const found =
    names.find((parameter) => parameter === name) ??
    names.find((parameter) => parameter.toLowerCase() === String(name).toLowerCase());
  if (!found) {
    throw new Error(
      `${className}: ${where} must be one of ${names.join(', ')}; got ${JSON.stringify(name)}.`,
    );
  }
  return found;
}

/**
 * The constants in the form in which they are saved (plain numbers), for any input form.
 *
 * @param takesSparse Whether matrices may be sparse.
 */
export function readConstants<Name extends string>(
  className: string,
  shapes: ParameterShapes<Name>,
  constants: Constants<Name> | SavedConstant[] | null | undefined,
  takesSparse = false,
): Map<Name, SavedConstant> {
  const saved = new Map<Name, SavedConstant>();
  if (constants == null) return saved;
  if (typeof constants !== 'object') {
    throw new Error(`${className}: constants must be a record of tensors; got ${JSON.stringify(constants)}.`);
  }
  const entries: SavedConstant[] = Array.isArray(constants)
    ? (constants as SavedConstant[])
    : Object.entries(constants as Record<string, tf.Tensor | tf.TensorLike | SparseMatrix>)
        .filter(([, value]) => value != null)
        .map(([symbol, value]) => {
          // Only names from a file may have the wrong case.
          checkOptions(`${className}: constants`, {[symbol]: 0}, Object.keys(shapes), 'parameter');
          return value instanceof SparseMatrix
            ? savedSparse(className, symbol, value)
            : {symbol, ...savedTensor(className, symbol, value)};
        });
  for (const entry of entries) {
    const parameter = asParameter(className, shapes, entry?.symbol, 'constants');
    const {shape, values, rows, columns} = entry;
    const rank = shapes[parameter].length;
    const valid =
      Array.isArray(shape) &&
      Array.isArray(values) &&
      shape.length === rank &&
      values.length === (rows?.length ?? tf.util.sizeFromShape(shape)) &&
      values.every((value) => Number.isFinite(value));
    if (rows && valid && takesSparse) {
      const where = `${className}: the constant ${parameter}`;
      sparseAlgebra(className).matrix(where, shape as [number, number], rows, columns ?? [], values);
    } else if (rows && !takesSparse) {
      throw new Error(
        `${className}: the constant ${parameter} must not be a sparse matrix; layers of quadratic programs take those.`,
      );
    }
    if (!valid) {
      throw new Error(
        `${className}: the constant ${parameter} must be a ${rank === 2 ? 'matrix' : 'vector'} of finite numbers, ` +
          `without a batch axis; got shape [${String(shape)}].`,
      );
    }
    saved.set(parameter, {symbol: parameter, shape, values, ...(rows && {rows, columns})});
  }
  return saved;
}

function savedTensor(
  className: string,
  symbol: string,
  value: tf.Tensor | tf.TensorLike | undefined,
): Pick<SavedConstant, 'shape' | 'values'> {
  const tensor = constantTensor(className, symbol, value);
  try {
    const values = valuesNow(className, symbol, tensor, value).map((entry) =>
      isNoBound(symbol, entry) ? Math.sign(entry) * NO_BOUND : entry,
    );
    return {shape: tensor.shape.slice(), values};
  } finally {
    tensor.dispose();
  }
}

function savedSparse(className: string, symbol: string, matrix: SparseMatrix): SavedConstant {
  const {shape, values} = savedTensor(className, symbol, plain(matrix.values));
  if (shape.length !== 1) {
    throw new Error(
      `${className}: the values of the constant ${symbol} must have shape [${matrix.rows.length}], without a batch axis; got ` +
        `[${shape}].`,
    );
  }
  return {
    ...{symbol, shape: [...matrix.shape], values},
    ...{rows: Array.from(matrix.rows), columns: Array.from(matrix.columns)},
  };
}

/** Values that tfjs takes: a Float64Array is not among them. */
function plain(values: SparseMatrix['values']): tf.Tensor | tf.TensorLike {
  return values instanceof Float64Array ? Float32Array.from(values) : values;
}

/** Whether a number says that a variable has no bound. A file cannot hold an infinite one: there it is ±1e20. */
function isNoBound(parameter: string, value: number): boolean {
  return value === {lower: -Infinity, upper: Infinity}[parameter];
}

/** The values of a constant. @throws If they are on a device from which the host cannot read them immediately. */
function valuesNow(
  className: string,
  symbol: string,
  tensor: tf.Tensor,
  given: tf.Tensor | tf.TensorLike | undefined,
): number[] {
  if (!(given instanceof tf.Tensor)) {
    return Array.from(Float32Array.from(tf.util.flatten(given as number[][]) as number[]));
  }
  const values = valuesOnHost(tensor);
  if (!values) {
    throw new Error(
      `${className}: the constant ${symbol} was computed on the backend '${tf.getBackend()}', which cannot be read synchronously: ` +
        'pass numbers, or a tensor of `await constant.array()`.',
    );
  }
  return Array.from(values);
}

function constantTensor(
  className: string,
  name: string,
  value: tf.Tensor | tf.TensorLike | undefined,
): tf.Tensor {
  try {
    return value instanceof tf.Tensor ? tf.clone(value) : tf.tensor(value!);
  } catch (error) {
    throw new Error(`${className}: the constant ${name} is not a tensor: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The parameters that are fed, in the order of the inputs. @throws If one is unknown, named twice, or also a constant. */
export function readInputs<Name extends string>(
  className: string,
  shapes: ParameterShapes<Name>,
  given: readonly Name[],
  constants: ReadonlyMap<Name, SavedConstant>,
): Name[] {
  if (!Array.isArray(given) || given.length === 0) {
    throw new Error(
      `${className}: inputs must be a list of at least one of ${Object.keys(shapes).join(', ')}; got ${JSON.stringify(given)}.`,
    );
  }
  const fed = given.map((name) => asParameter(className, shapes, name, 'inputs'));
  fed.forEach((parameter, i) => {
    if (fed.indexOf(parameter) !== i) throw new Error(`${className}: inputs contains ${parameter} twice.`);
    if (constants.has(parameter))
      throw new Error(
        `${className}: ${parameter} is both an input and a constant. Leave it out of one of them.`,
      );
  });
  return fed;
}
