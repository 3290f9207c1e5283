/** @file The six parameters of a QP layer: which are inputs, which constants, which learned, and of what size. */
import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {isOnHost} from '../kernels/index.js';
import {QP_PARAMETERS, QP_SHAPES, type QPParameter} from '../solvers/index.js';
import {checkNumber} from './solver-layer.js';

/** A constant as a config writes it: tfjs changes the case of keys and values, not of these. */
export type SavedConstant = {symbol: string; shape: number[]; values: number[]};

/** The values of a constant, without a batch axis. */
export type Constants = Partial<Record<QPParameter, tf.Tensor | tf.TensorLike>>;

/** n variables, m inequalities, k equalities. */
export interface QPSizes {
  n: number;
  m: number;
  k: number;
}

/** 'q' and 'Q' are one name: a saved config has lost the case. */
export function asParameter(className: string, name: unknown, where: string): QPParameter {
  const found = QP_PARAMETERS.find((parameter) => parameter.toLowerCase() === String(name).toLowerCase());
  if (!found) {
    throw new Error(
      `${className}: ${where} must name ${QP_PARAMETERS.join(', ')}; got ${JSON.stringify(name)}.`,
    );
  }
  return found;
}

/** The constants as saved ones (plain numbers), whatever form they came in. */
export function readConstants(
  className: string,
  constants: Constants | SavedConstant[] | null | undefined,
): Map<QPParameter, SavedConstant> {
  const saved = new Map<QPParameter, SavedConstant>();
  if (constants == null) return saved;
  if (typeof constants !== 'object') {
    throw new Error(`${className}: constants must be a record of tensors; got ${JSON.stringify(constants)}.`);
  }
  const entries: SavedConstant[] = Array.isArray(constants)
    ? (constants as SavedConstant[])
    : Object.entries(constants)
        .filter(([, value]) => value != null)
        .map(([symbol, value]) => {
          asParameter(className, symbol, 'constants');
          const tensor = constantTensor(className, symbol, value);
          try {
            return {symbol, shape: tensor.shape.slice(), values: valuesNow(className, symbol, tensor, value)};
          } finally {
            tensor.dispose();
          }
        });
  for (const entry of entries) {
    const parameter = asParameter(className, entry?.symbol, 'constants');
    const {shape, values} = entry;
    const rank = parameter === 'Q' || parameter === 'G' || parameter === 'A' ? 2 : 1;
    const valid =
      Array.isArray(shape) &&
      Array.isArray(values) &&
      shape.length === rank &&
      values.length === tf.util.sizeFromShape(shape) &&
      values.every((value) => typeof value === 'number' && Number.isFinite(value));
    if (!valid) {
      throw new Error(
        `${className}: the constant ${parameter} must be a ${rank === 2 ? 'matrix' : 'vector'} of finite numbers, ` +
          `without a batch axis; got shape [${String(shape)}].`,
      );
    }
    saved.set(parameter, {symbol: parameter, shape, values});
  }
  return saved;
}

/** The values of a constant. @throws If they are on a device, from where the host cannot read them at once. */
function valuesNow(
  className: string,
  symbol: string,
  tensor: tf.Tensor,
  given: tf.Tensor | tf.TensorLike | undefined,
): number[] {
  if (!(given instanceof tf.Tensor)) {
    return Array.from(Float32Array.from(tf.util.flatten(given as number[][]) as number[]));
  }
  if (!isOnHost(tensor)) {
    throw new Error(
      `${className}: the constant ${symbol} was computed on the backend '${tf.getBackend()}', which cannot be read at once: ` +
        'pass numbers, or a tensor of `await constant.array()`.',
    );
  }
  return Array.from(tensor.dataSync());
}

function constantTensor(
  className: string,
  name: string,
  value: tf.Tensor | tf.TensorLike | undefined,
): tf.Tensor {
  try {
    return value instanceof tf.Tensor ? tf.clone(value) : tf.tensor(value!);
  } catch (error) {
    throw new Error(`${className}: the constant ${name} is no tensor: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * Finds n, m and k from the inputs and constants that fix them.
 *
 * @param fixed Sizes by argument: `units`, `inequalities`, `equalities`.
 */
export function findSizes(
  className: string,
  inputs: readonly QPParameter[],
  inputShapes: Shape[],
  constants: Map<QPParameter, SavedConstant>,
  fixed: {units?: number; inequalities?: number; equalities?: number},
): QPSizes {
  const known: Partial<Record<keyof QPSizes, {size: number; by: string}>> = {};
  const note = (symbol: keyof QPSizes, size: number | null | undefined, by: string) => {
    if (size == null) return;
    const before = known[symbol];
    if (before && before.size !== size) {
      throw new Error(
        `${className}: ${by} has ${size} ${DESCRIPTION[symbol]}, but ${before.by} has ${before.size}.`,
      );
    }
    known[symbol] ??= {size, by};
  };
  note('n', fixed.units, 'units');
  constants.forEach(({shape}, parameter) =>
    QP_SHAPES[parameter].forEach((symbol, i) =>
      note(symbol, shape[i], `the constant ${parameter} of shape [${shape}]`),
    ),
  );
  inputs.forEach((parameter, i) => {
    const shape = inputShapes[i];
    if (shape.length !== QP_SHAPES[parameter].length + 1) {
      throw new Error(
        `${className}: input ${i} is ${parameter} and must have shape [B, ${QP_SHAPES[parameter].join(', ')}]; ` +
          `got [${shape.map((size) => size ?? 'B').join(', ')}].`,
      );
    }
    // A p of another width goes through the learned linear map.
    if (parameter === 'p' && fixed.units != null) return;
    QP_SHAPES[parameter].forEach((symbol, j) =>
      note(
        symbol,
        shape[j + 1],
        `the input ${parameter} of shape [${shape.map((size) => size ?? 'B').join(', ')}]`,
      ),
    );
  });
  if (!known.n)
    throw new Error(`${className}: the number of variables is not known: feed p or Q, or pass units.`);
  const n = checkNumber(className, 'the number of variables', known.n.size, 1, true, MAX_SIZE);
  note('m', fixed.inequalities, 'inequalities');
  note('k', fixed.equalities, 'equalities');
  const count = (symbol: 'm' | 'k', otherwise: number) => {
    const size = known[symbol]?.size ?? otherwise;
    return checkNumber(className, `the number of ${DESCRIPTION[symbol]}`, size, 0, true, MAX_SIZE);
  };
  return {n, m: count('m', n), k: count('k', 0)};
}

/** Beyond this a dense matrix does not fit into memory. */
const MAX_SIZE = 20_000;

const DESCRIPTION: Record<keyof QPSizes, string> = {n: 'variables', m: 'inequalities', k: 'equalities'};
