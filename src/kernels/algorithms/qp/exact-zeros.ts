/** @file Sets entries of a solution to zero that differ from zero only by rounding, before the solution is rounded to f32. */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {Certificate} from './certificate.js';
import {isBound, type AnyProblem} from './types.js';

export const ROUNDING_64 = 1e-13;

export class ExactZeros {
  private readonly ofRows: Vector;
  private readonly ofColumns: Vector;
  private readonly partsX: Vector;
  private readonly partsY: Vector;
  private readonly unused: Vector;
  private readonly diagonal: Vector;
  private readonly xs: Vector;
  private readonly ys: Vector;
  private readonly sized: Sized;

  constructor(dense: DenseKernels, {n, p, m}: Pick<AnyProblem, 'n' | 'p' | 'm'>) {
    const rows = p + m;
    this.ofRows = dense.vector(rows);
    this.ofColumns = dense.vector(n);
    this.partsX = dense.vector(n);
    this.partsY = dense.vector(rows);
    this.unused = dense.vector(Math.max(n, rows));
    this.diagonal = dense.vector(n);
    this.xs = dense.vector(n);
    this.ys = dense.vector(rows);
    this.sized = {
      x: new Uint8Array(n),
      y: new Uint8Array(rows),
      columns: new Uint8Array(n),
      rows: new Uint8Array(rows),
    };
  }

  /**
   * Clears such entries of x and y in place. If all terms of a row (or variable) are of this kind, the row has no size of its own, and its
   * entries alone cannot show whether they matter. So sizes start from the given numbers, q and d, and spread from there.
   *
   * @param certificate Must have been measured at (x, y); its terms are used.
   * @returns Whether an entry has changed.
   */
  clear(problem: AnyProblem, certificate: Certificate, x: Vector, y: Vector, negligible: number): boolean {
    // In most problems every entry matters compared with a given number.
    const doubtfulX = this.isDoubtfulX(problem, certificate, x, negligible);
    if (!doubtfulX && !this.isDoubtfulY(problem, certificate, y, negligible)) return false;
    const {xs, ys, sized} = this;
    for (let j = 0; j < xs.length; j++) xs[j] = Math.abs(x[j]);
    for (let i = 0; i < ys.length; i++) ys[i] = Math.abs(y[i]);
    followSizes(problem, certificate, xs, ys, negligible, sized);
    const clearedX = clearUnsized(x, sized.x);
    return clearUnsized(y, sized.y) || clearedX;
  }

  /** Whether an entry of x is small compared with all numbers of q and d in the same conditions. */
  private isDoubtfulX(
    {n, P, q, C, d}: AnyProblem,
    {columnTerms, rowTerms}: Certificate,
    x: Vector,
    negligible: number,
  ): boolean {
    const {ofRows, ofColumns, partsX, unused, xs, diagonal} = this;
    // For most entries the variable's own curvature shows that they matter, without reading the whole matrix.
    P.diagonal(diagonal);
    let sure = true;
    for (let j = 0; j < n && sure; j++) {
      const part = Math.abs(diagonal[j] * x[j]);
      sure = x[j] === 0 || (q[j] !== 0 && part > negligible * columnTerms[j]);
    }
    if (sure) return false;
    for (let j = 0; j < n; j++) {
      xs[j] = Math.abs(x[j]);
      ofColumns[j] = q[j] !== 0 ? 1 / columnTerms[j] : 0;
    }
    partsX.fill(0);
    P.scaledMaxima(ofColumns, xs, unused, partsX);
    if (!someBelow(x, partsX, negligible)) return false;
    for (let i = 0; i < d.length; i++) ofRows[i] = d[i] !== 0 && isBound(d[i]) ? 1 / rowTerms[i] : 0;
    C.scaledMaxima(ofRows, xs, unused, partsX);
    return someBelow(x, partsX, negligible);
  }

  /** The same for y, compared with the numbers of q. */
  private isDoubtfulY(
    {n, q, C, d}: AnyProblem,
    {columnTerms, multipliers}: Certificate,
    y: Vector,
    negligible: number,
  ): boolean {
    const {ofColumns, partsY, unused, ys} = this;
    // The certificate has the parts in the terms of all variables. If every variable has a cost, these are the same.
    if (!q.includes(0)) return someBelow(y, multipliers, negligible);
    for (let j = 0; j < n; j++) ofColumns[j] = q[j] !== 0 ? 1 / columnTerms[j] : 0;
    for (let i = 0; i < d.length; i++) ys[i] = Math.abs(y[i]);
    C.scaledMaxima(ys, ofColumns, partsY, unused);
    return someBelow(y, partsY, negligible);
  }
}

/** Whether the part of a nonzero entry is too small. */
function someBelow(values: Vector, parts: Vector, negligible: number): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] !== 0 && !(parts[i] > negligible)) return true;
  return false;
}

/** Sets the entries that do not matter to zero. @returns Whether there were any. */
function clearUnsized(values: Vector, sized: Uint8Array): boolean {
  let cleared = false;
  for (let i = 0; i < values.length; i++) {
    if (sized[i] || values[i] === 0) continue;
    values[i] = 0;
    cleared = true;
  }
  return cleared;
}

/** 1 for entries of x and y that matter, and for variables and rows that have a size. */
interface Sized {
  x: Uint8Array;
  y: Uint8Array;
  columns: Uint8Array;
  rows: Uint8Array;
}

/**
 * Finds which entries matter, starting from the rows and variables whose given number is not zero. A row gets a size from an entry that
 * matters in another row or variable.
 */
function followSizes(
  {n, P, q, C, d}: AnyProblem,
  {columnTerms, rowTerms}: Certificate,
  xs: Vector,
  ys: Vector,
  negligible: number,
  {x: keepX, y: keepY, columns: columnHasSize, rows: rowHasSize}: Sized,
): void {
  const rows = d.length;
  keepX.fill(0);
  keepY.fill(0);
  for (let j = 0; j < n; j++) columnHasSize[j] = Number(q[j] !== 0);
  for (let i = 0; i < rows; i++) rowHasSize[i] = Number(d[i] !== 0 && isBound(d[i]));
  let changed: boolean;
  let at = 0;
  const mark = (of: Uint8Array, index: number) => {
    if (of[index] === 1) return;
    of[index] = 1;
    changed = true;
  };
  const visitColumn = (k: number, value: number) => {
    if (columnHasSize[at] && Math.abs(value) * xs[k] > negligible * columnTerms[at]) mark(keepX, k);
    if (keepX[k]) mark(columnHasSize, at);
  };
  const visitRow = (k: number, value: number) => {
    const entry = Math.abs(value);
    if (columnHasSize[k] && entry * ys[at] > negligible * columnTerms[k]) mark(keepY, at);
    if (rowHasSize[at] && entry * xs[k] > negligible * rowTerms[at]) mark(keepX, k);
    if (keepY[at]) mark(columnHasSize, k);
    if (keepX[k] && isBound(d[at])) mark(rowHasSize, at);
  };
  // Up and down in turn, so that sizes spread along a chain of rows in a few passes, whatever its direction.
  for (let down = true; ; down = !down) {
    changed = false;
    for (let k = 0; k < n; k++) P.forEachInRow((at = down ? k : n - 1 - k), visitColumn);
    for (let k = 0; k < rows; k++) C.forEachInRow((at = down ? k : rows - 1 - k), visitRow);
    if (!changed || (areAllKept(xs, keepX) && areAllKept(ys, keepY))) return;
  }
}

function areAllKept(sizes: Vector, kept: Uint8Array): boolean {
  for (let i = 0; i < kept.length; i++) if (sizes[i] !== 0 && kept[i] === 0) return false;
  return true;
}
