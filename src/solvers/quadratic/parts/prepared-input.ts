/** @file Reads the arrays of a quadratic program that is solved again and again: checks their shapes, and copies them. */
import {checkOptions, describe, see} from '../../../checks/index.js';
import {SparseMatrix} from '../../../linalg/index.js';
import {QP_PARAMETERS, QP_SHAPES, type QPParameter} from '../qp-input.js';

/** Numbers in a row: a typed array or a list. */
export type QPNumbers = ArrayLike<number>;

/** A matrix: a list of rows, or all entries row by row. */
export type QPMatrix = ArrayLike<ArrayLike<number>> | ArrayLike<number>;

/** A quadratic program as arrays. G comes with h, A with b. */
export interface PreparedQPInput {
  /** The quadratic term of ½ xᵀQx + pᵀx, [n, n], symmetric positive semidefinite. */
  Q: QPMatrix | SparseMatrix;
  /** The linear term, [n]. */
  p: QPNumbers;
  /** The left side of Gx ≤ h, [m, n]. Default: no inequalities. */
  G?: QPMatrix | SparseMatrix | null | undefined;
  /** The right side of Gx ≤ h, [m]; Infinity, or 1e20 and above, if a row has no bound. Comes with G. */
  h?: QPNumbers | null | undefined;
  /** The left side of Ax = b, [k, n]. Default: no equalities. */
  A?: QPMatrix | SparseMatrix | null | undefined;
  /** The right side of Ax = b, [k]. Comes with A. */
  b?: QPNumbers | null | undefined;
  /** The bounds lower ≤ x, [n]; −Infinity, or −1e20 and below, if a variable has none. Default: none. */
  lower?: QPNumbers | null | undefined;
  /** The bounds x ≤ upper, [n]; Infinity, or 1e20 and above, if a variable has none. Default: none. */
  upper?: QPNumbers | null | undefined;
}

export type Sizes = Readonly<Record<'n' | 'm' | 'k', number>>;

/** @throws If an entry is unknown, missing, or no array. Shapes are checked by `checkShape`. */
export function sizesOf(where: string, problem: PreparedQPInput): Sizes {
  checkOptions(where, problem, QP_PARAMETERS, 'input');
  if (problem.p == null) throw new Error(`${where}: p is missing; expected an array of shape [n].`);
  if (problem.Q == null) {
    throw new Error(
      `${where}: Q is missing; expected an array of shape [n, n] (zeros for a linear program).`,
    );
  }
  for (const [one, other] of [
    ['G', 'h'],
    ['h', 'G'],
    ['A', 'b'],
    ['b', 'A'],
  ] as const) {
    if (problem[one] == null || problem[other] != null) continue;
    const shape = QP_SHAPES[other].join(', ');
    throw new Error(`${where}: ${one} was given without ${other}; expected ${other} of shape [${shape}].`);
  }
  const length = (name: 'p' | 'h' | 'b') => {
    const value = problem[name];
    if (value == null) return 0;
    if (!isList(value)) throw notAList(where, name, value);
    return value.length;
  };
  const sizes = {n: length('p'), m: length('h'), k: length('b')};
  if (sizes.n === 0) throw new Error(`${where}: p must have at least one entry.`);
  return sizes;
}

/** @throws If a value does not have the shape of its name, or a list has an entry that is no number. */
export function checkShape(where: string, name: QPParameter, value: unknown, sizes: Sizes): void {
  if (value instanceof SparseMatrix) return checkSparseShape(where, name, value, sizes);
  if (!isList(value)) throw notAList(where, name, value);
  const shape = QP_SHAPES[name];
  const rows = sizes[shape[0]];
  // Looking at an entry of a typed array would allocate a number.
  if (ArrayBuffer.isView(value) && value.length === rows * (shape.length === 1 ? 1 : sizes[shape[1]])) return;
  const columns = shape.length === 1 ? 1 : sizes[shape[1]];
  if (shape.length === 2 && value.length === rows && allHave(value, columns)) {
    for (let i = 0; i < rows; i++) checkNumbers(where, name, value[i] as ArrayLike<unknown>);
  } else if (value.length === rows * columns && !isList(value[0])) checkNumbers(where, name, value);
  else throw shapeError(where, name, value, sizes);
}

function checkSparseShape(where: string, name: QPParameter, {shape}: SparseMatrix, sizes: Sizes): void {
  const symbols = QP_SHAPES[name];
  if (symbols.length === 1)
    throw new Error(`${where}: ${name} is a vector; a sparse matrix cannot stand for it.`);
  if (symbols.every((size, i) => sizes[size] === shape[i])) return;
  const known = symbols.map((size) => sizes[size]).join(', ');
  throw new Error(
    `${where}: ${name} must have shape [${symbols.join(', ')}], which is [${known}] here; got the sparse matrix [${shape.join(', ')}].`,
  );
}

function checkNumbers(where: string, name: string, values: ArrayLike<unknown>): void {
  if (ArrayBuffer.isView(values)) return;
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] === 'number') continue;
    throw new Error(`${where}: ${name} must consist of numbers, got ${describe(values[i])}.`);
  }
}

/** Copies a value whose shape was checked. @param from Where its entries start in `into`. */
export function copyInto(into: Float64Array, from: number, value: QPMatrix): void {
  // Reading entries one by one would allocate numbers.
  if (ArrayBuffer.isView(value)) return into.set(value as ArrayLike<number>, from);
  let at = from;
  for (let i = 0; i < value.length; i++) {
    const entry = value[i];
    if (typeof entry === 'number') into[at++] = entry;
    else for (let j = 0; j < entry.length; j++) into[at++] = entry[j];
  }
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as {length?: unknown}).length === 'number'
  );
}

function allHave(rows: ArrayLike<unknown>, columns: number): boolean {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (!isList(row) || row.length !== columns) return false;
  }
  return true;
}

function shapeOf(value: ArrayLike<unknown>): string {
  const rows = Array.from(value);
  if (!rows.some(isList)) return `[${value.length}]`;
  const lengths = new Set(rows.map((row) => (isList(row) ? row.length : 0)));
  return lengths.size === 1 ? `[${value.length}, ${[...lengths][0]}]` : 'rows of different lengths';
}

function shapeError(where: string, name: QPParameter, value: ArrayLike<unknown>, sizes: Sizes): Error {
  const shape = QP_SHAPES[name];
  const symbols = shape.join(', ');
  const known = shape.map((size) => sizes[size]).join(', ');
  const entries = shape.length === 2 ? ', as a list of rows or row by row' : '';
  return new Error(
    `${where}: ${name} must have shape [${symbols}], which is [${known}] here${entries}; got ${shapeOf(value)}.` +
      see('debugging#shapes'),
  );
}

function notAList(where: string, name: string, value: unknown): Error {
  const isTensor = typeof (value as {dataSync?: unknown} | null)?.dataSync === 'function';
  const hint = isTensor ? ' (await tensor.data() has its numbers)' : '';
  return new Error(`${where}: ${name} must be an array of numbers, got ${describe(value)}${hint}.`);
}
