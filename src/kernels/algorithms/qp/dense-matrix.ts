/** @file A dense matrix of a quadratic program. */
import {boundRows} from '../../contracts/bounds.js';
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';

export class DenseMatrix implements ProblemMatrix {
  /** The number of rows before those of bounds. */
  readonly full: number;

  /**
   * @param values [rows, columns], row-major without padding.
   * @param sides Which bounds the last rows are (`contracts/bounds.ts`). Their entries are set here, and nothing else of them is computed with.
   */
  constructor(
    private readonly dense: DenseKernels,
    readonly rows: number,
    readonly columns: number,
    readonly values: Vector = dense.vector(rows * columns),
    sides = 0,
  ) {
    this.full = rows - boundRows(sides, columns);
    for (let i = this.full, side = sides & 1 ? -1 : 1; i < rows; side = 1) {
      for (let at = i * columns, end = i + columns; i < end; i++, at += columns + 1) values[at] = side;
    }
  }

  multiply(x: Vector, out: Vector): void {
    const {dense, values, full, rows, columns} = this;
    dense.multiply(values, full, columns, columns, x, out);
    for (let i = full; i < rows;) {
      for (let j = 0, at = i * columns; j < columns; j++, i++, at += columns + 1) {
        out[i] = values[at] * x[j];
      }
    }
  }

  addMultiplyTransposed(y: Vector, out: Vector): void {
    const {dense, values, full, rows, columns} = this;
    dense.addMultiplyTransposed(values, full, columns, columns, y, out);
    for (let i = full; i < rows;) {
      for (let j = 0, at = i * columns; j < columns; j++, i++, at += columns + 1) {
        out[j] += values[at] * y[i];
      }
    }
  }

  multiplyWithTerms(x: Vector, out: Vector, terms: Vector): void {
    const {dense, values, full, rows, columns} = this;
    dense.multiplyWithTerms(values, full, columns, x, out, terms);
    for (let i = full; i < rows;) {
      for (let j = 0, at = i * columns; j < columns; j++, i++, at += columns + 1) {
        out[i] = values[at] * x[j];
        terms[i] = Math.abs(out[i]);
      }
    }
  }

  addMultiplyTransposedWithTerms(y: Vector, out: Vector, terms: Vector): void {
    const {dense, values, full, rows, columns} = this;
    dense.addMultiplyTransposedWithTerms(values, full, columns, y, out, terms);
    for (let i = full; i < rows;) {
      for (let j = 0, at = i * columns; j < columns; j++, i++, at += columns + 1) {
        const term = values[at] * y[i];
        out[j] += term;
        terms[j] += Math.abs(term);
      }
    }
  }

  scale(left: Vector, right: Vector, to: this): void {
    const {dense, values, full, rows, columns} = this;
    dense.scale(values, full, columns, left, right, to.values);
    for (let i = full; i < rows;) {
      for (let j = 0, at = i * columns; j < columns; j++, i++, at += columns + 1) {
        to.values[at] = left[i] * values[at] * right[j];
      }
    }
  }

  scaledMaxima(left: Vector, right: Vector, rowMaxima: Vector, columnMaxima: Vector): void {
    const {dense, values, full, rows, columns} = this;
    dense.scaledMaxima(values, full, columns, left, right, rowMaxima, columnMaxima);
    for (let i = full; i < rows;) {
      for (let j = 0, at = i * columns; j < columns; j++, i++, at += columns + 1) {
        rowMaxima[i] = Math.abs(values[at]) * (left[i] * right[j]);
        columnMaxima[j] = Math.max(columnMaxima[j], rowMaxima[i]);
      }
    }
  }

  addMagnitudes(left: Vector, right: Vector, rowSums: Vector, columnSums: Vector): void {
    const {dense, values, full, rows, columns} = this;
    dense.addMagnitudes(values, full, columns, left, right, rowSums, columnSums);
    for (let i = full; i < rows;) {
      for (let j = 0, at = i * columns; j < columns; j++, i++, at += columns + 1) {
        rowSums[i] = Math.abs(values[at] * right[j]);
        columnSums[j] += Math.abs(left[i] * values[at]);
      }
    }
  }

  diagonal(out: Vector): void {
    const {values, columns} = this;
    for (let j = 0, at = 0; j < out.length; j++, at += columns + 1) out[j] = values[at];
  }

  growDiagonal(part: number): void {
    const {values, columns} = this;
    for (let at = 0; at < values.length; at += columns + 1) values[at] *= 1 + part;
  }

  forEachInRow(i: number, visit: (column: number, value: number) => void): void {
    const {values, full, columns} = this;
    if (i >= full) {
      const j = (i - full) % columns;
      const value = values[i * columns + j];
      if (value !== 0) visit(j, value);
      return;
    }
    for (let j = 0, at = i * columns; j < columns; j++, at++) if (values[at] !== 0) visit(j, values[at]);
  }

  isFinite(): boolean {
    return this.dense.isFinite(this.values);
  }
}
