/**
 * @file The rows of a constraint matrix: dense rows are packed for the dense kernels, and sparse rows (such as bounds) are stored by
 * entries.
 */
import {paddedStride, type DenseKernels, type Indices, type Vector} from '../../contracts/dense.js';

/** A row is sparse if at most one in this many entries is not zero. */
const SPARSITY = 4;

export class ConstraintRows {
  /** The number of nonzero entries of each row; and the column of the last one, for a row that is sparse or has only one. */
  readonly entries: Indices;
  readonly lastColumn: Int32Array;
  /** How many rows have only one entry. */
  singles = 0;
  /** The dense rows, packed and padded; and their indices. */
  private readonly packed: Vector;
  private readonly stride: number;
  private readonly denseRows: Int32Array;
  denseCount = 0;
  /** The sparse rows. Row i has the entries starts[i] … starts[i + 1] of `columns`. */
  private readonly sparseRows: Int32Array;
  private sparseCount = 0;
  private readonly starts: Int32Array;
  private columns: Int32Array;
  private readonly part: Vector;
  private readonly chosen: Indices;
  private readonly chosenWeights: Vector;
  private readonly twoCopies: Vector;

  /** C is [rows, n], row-major, the rows after `full` are bounds of one variable after the other; call `read` when its entries have changed. */
  constructor(
    private readonly dense: DenseKernels,
    private readonly rows: number,
    private readonly n: number,
    private readonly C: Vector,
    private readonly full = rows,
  ) {
    this.stride = paddedStride(n);
    this.entries = dense.indices(rows);
    this.lastColumn = new Int32Array(rows);
    this.packed = dense.vector(full * this.stride);
    this.twoCopies = dense.vector(2 * full * this.stride);
    this.denseRows = new Int32Array(full);
    this.sparseRows = new Int32Array(rows);
    this.starts = new Int32Array(rows + 1);
    this.columns = new Int32Array(rows);
    this.part = dense.vector(rows);
    this.chosen = dense.indices(rows);
    this.chosenWeights = dense.vector(rows);
  }

  read(): void {
    const {dense, n, rows, full, C, entries, lastColumn, packed, stride, denseRows, sparseRows, starts} =
      this;
    const limit = Math.floor(n / SPARSITY);
    dense.packRows(C, full, n, limit, packed, stride, entries);
    this.denseCount = 0;
    this.sparseCount = 0;
    this.singles = 0;
    let end = 0;
    for (let i = 0; i < full; i++) {
      const count = entries[i];
      const row = i * n;
      if (count === 1) this.singles++;
      if (count > limit) {
        denseRows[this.denseCount++] = i;
        if (count === 1) lastColumn[i] = C.subarray(row, row + n).findIndex((value) => value !== 0);
        continue;
      }
      if (end + count > this.columns.length) this.columns = enlarged(this.columns, end + count);
      starts[this.sparseCount] = end;
      for (let j = 0; j < n; j++) if (C[row + j] !== 0) this.columns[end++] = j;
      if (count > 0) lastColumn[i] = this.columns[end - 1];
      sparseRows[this.sparseCount++] = i;
      starts[this.sparseCount] = end;
    }
    if (end + rows - full > this.columns.length) this.columns = enlarged(this.columns, end + rows - full);
    for (let i = full; i < rows; i++) {
      const j = (i - full) % n;
      // A row that is left out has none.
      entries[i] = Number(C[i * n + j] !== 0);
      this.singles += entries[i];
      lastColumn[i] = this.columns[end] = j;
      end += entries[i];
      sparseRows[this.sparseCount++] = i;
      starts[this.sparseCount] = end;
    }
  }

  /** out = C x. */
  multiply(x: Vector, out: Vector): void {
    const {dense, n, rows, C, packed, stride, denseRows, denseCount, sparseRows, sparseCount} = this;
    const {starts, columns, part} = this;
    if (denseCount === rows) {
      dense.multiply(packed, rows, n, stride, x, out);
      return;
    }
    dense.multiply(packed, denseCount, n, stride, x, part);
    for (let k = 0; k < denseCount; k++) out[denseRows[k]] = part[k];
    for (let k = 0; k < sparseCount; k++) {
      const row = sparseRows[k] * n;
      let sum = 0;
      for (let e = starts[k]; e < starts[k + 1]; e++) sum += C[row + columns[e]] * x[columns[e]];
      out[sparseRows[k]] = sum;
    }
  }

  /** out += Cᵀ y. */
  addMultiplyTransposed(y: Vector, out: Vector): void {
    const {dense, n, rows, C, packed, stride, denseRows, denseCount, sparseRows, sparseCount} = this;
    const {starts, columns, part} = this;
    if (denseCount === rows) {
      dense.addMultiplyTransposed(packed, rows, n, stride, y, out);
      return;
    }
    for (let k = 0; k < denseCount; k++) part[k] = y[denseRows[k]];
    dense.addMultiplyTransposed(packed, denseCount, n, stride, part, out);
    for (let k = 0; k < sparseCount; k++) {
      const value = y[sparseRows[k]];
      const row = sparseRows[k] * n;
      if (value === 0) continue;
      for (let e = starts[k]; e < starts[k + 1]; e++) out[columns[e]] += C[row + columns[e]] * value;
    }
  }

  /** The upper triangle of target [n, n] += Σ weightᵢ·cᵢcᵢᵀ. */
  addOuterProducts(target: Vector, stride: number, weights: Vector): void {
    const {dense, n, C, packed, denseRows, denseCount, sparseRows, sparseCount} = this;
    const {starts, columns, chosen, chosenWeights, twoCopies} = this;
    let count = 0;
    for (let k = 0; k < denseCount; k++) {
      const weight = weights[denseRows[k]];
      if (weight === 0) continue;
      chosen[count] = k;
      chosenWeights[count++] = weight;
    }
    if (count > 0) {
      dense.addWeightedGram(target, n, stride, packed, this.stride, chosen, chosenWeights, count, twoCopies);
    }
    for (let k = 0; k < sparseCount; k++) {
      const weight = weights[sparseRows[k]];
      if (weight === 0) continue;
      const row = sparseRows[k] * n;
      for (let a = starts[k]; a < starts[k + 1]; a++) {
        const value = weight * C[row + columns[a]];
        const to = columns[a] * stride;
        for (let b = a; b < starts[k + 1]; b++) target[to + columns[b]] += value * C[row + columns[b]];
      }
    }
  }
}

function enlarged(array: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(Math.max(length, 2 * array.length));
  larger.set(array);
  return larger;
}
