/** @file The six parameters of a QP layer: which are inputs, constants or learned, and their sizes. */
import {see} from '../../checks/index.js';
import type {Shape} from '@tensorflow/tfjs-layers';
import {QP_SHAPES, type QPParameter} from '../../solvers/index.js';
import type {SavedConstant} from './constants.js';
import {batchHint} from './inputs.js';
import {checkNumber} from './arguments.js';

/** n variables, m inequalities, k equalities. */
export interface QPSizes {
  /** The number of variables, the width of the output [B, n]. */
  n: number;
  /** The number of inequalities, the rows of G. */
  m: number;
  /** The number of equalities, the rows of A. */
  k: number;
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
  fixed: {units?: number | undefined; inequalities?: number | undefined; equalities?: number | undefined},
): QPSizes {
  const known: Partial<Record<keyof QPSizes, {size: number; by: string}>> = {};
  const note = (symbol: keyof QPSizes, size: number | null | undefined, by: string) => {
    if (size == null) return;
    const before = known[symbol];
    if (before && before.size !== size) {
      throw new Error(
        `${className}: ${by} has ${size} ${DESCRIPTION[symbol]}, but ${before.by} has ${before.size}.` +
          (before.by === ARGUMENT[symbol] ? ` Leave ${before.by} out, or pass ${before.by}: ${size}.` : ''),
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
          `got [${shape.map((size) => size ?? 'B').join(', ')}].` +
          batchHint(parameter, shape.length, QP_SHAPES[parameter].length + 1) +
          see('debugging#shapes'),
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
    throw new Error(
      `${className}: the number of variables is not known: pass units, or make p or Q an input or a constant.`,
    );
  const isSparse = [...constants.values()].some(({rows}) => rows);
  const most = isSparse ? MAX_SPARSE : MAX_DENSE;
  const n = checkNumber(className, 'the number of variables', known.n.size, 1, true, most);
  note('m', fixed.inequalities, 'inequalities');
  note('k', fixed.equalities, 'equalities');
  const count = (symbol: 'm' | 'k', otherwise: number) => {
    const size = known[symbol]?.size ?? otherwise;
    return checkNumber(className, `the number of ${DESCRIPTION[symbol]}`, size, 0, true, most);
  };
  return {n, m: count('m', n), k: count('k', 0)};
}

/** With more entries than this, a dense matrix does not fit into memory; a vector does. */
const MAX_DENSE = 20_000;
const MAX_SPARSE = 10_000_000;

const ARGUMENT: Record<keyof QPSizes, string> = {n: 'units', m: 'inequalities', k: 'equalities'};
const DESCRIPTION: Record<keyof QPSizes, string> = {n: 'variables', m: 'inequalities', k: 'equalities'};
