/** @file A sparse matrix of a quadratic program. */
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';
import type {CompressedRows} from './compressed-rows.js';

export class SparseMatrix implements ProblemMatrix {
  /** One for each place of the pattern. */
  readonly values: Float64Array;

  constructor(readonly pattern: CompressedRows) {
    this.values = new Float64Array(pattern.columns.length);
  }

  /** Sets the entries. @param places Where each one goes; those that go to the same place are added. */
  read(entries: ArrayLike<number>, places: Int32Array): void {
    this.values.fill(0);
    for (let e = 0; e < places.length; e++) this.values[places[e]] += entries[e];
  }

  multiply(x: Float64Array, out: Float64Array): void {
    const {values} = this;
    const {rows, starts, columns} = this.pattern;
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let e = starts[i]; e < starts[i + 1]; e++) sum += values[e] * x[columns[e]];
      out[i] = sum;
    }
  }

  addMultiplyTransposed(y: Float64Array, out: Float64Array): void {
    const {values} = this;
    const {rows, starts, columns} = this.pattern;
    for (let i = 0; i < rows; i++) {
      const value = y[i];
      if (value === 0) continue;
      for (let e = starts[i]; e < starts[i + 1]; e++) out[columns[e]] += values[e] * value;
    }
  }

  multiplyWithTerms(x: Float64Array, out: Float64Array, terms: Float64Array): void {
    const {values} = this;
    const {rows, starts, columns} = this.pattern;
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      let size = 0;
      for (let e = starts[i]; e < starts[i + 1]; e++) {
        const term = values[e] * x[columns[e]];
        sum += term;
        size += Math.abs(term);
      }
      out[i] = sum;
      terms[i] = size;
    }
  }

  addMultiplyTransposedWithTerms(y: Float64Array, out: Float64Array, terms: Float64Array): void {
    const {values} = this;
    const {rows, starts, columns} = this.pattern;
    for (let i = 0; i < rows; i++) {
      const value = y[i];
      if (value === 0) continue;
      for (let e = starts[i]; e < starts[i + 1]; e++) {
        const term = values[e] * value;
        out[columns[e]] += term;
        terms[columns[e]] += Math.abs(term);
      }
    }
  }

  scale(left: Float64Array, right: Float64Array, to: this): void {
    const {values} = this;
    const {rows, starts, columns} = this.pattern;
    for (let i = 0; i < rows; i++) {
      for (let e = starts[i]; e < starts[i + 1]; e++) to.values[e] = left[i] * values[e] * right[columns[e]];
    }
  }

  scaledMaxima(
    left: Float64Array,
    right: Float64Array,
    rowMaxima: Float64Array,
    columnMaxima: Float64Array,
  ): void {
    const {values} = this;
    const {rows, starts, columns} = this.pattern;
    for (let i = 0; i < rows; i++) {
      let largest = 0;
      for (let e = starts[i]; e < starts[i + 1]; e++) {
        const value = Math.abs(values[e]) * (left[i] * right[columns[e]]);
        if (value > largest) largest = value;
        if (value > columnMaxima[columns[e]]) columnMaxima[columns[e]] = value;
      }
      rowMaxima[i] = largest;
    }
  }

  addMagnitudes(
    left: Float64Array,
    right: Float64Array,
    rowSums: Float64Array,
    columnSums: Float64Array,
  ): void {
    const {values} = this;
    const {rows, starts, columns} = this.pattern;
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let e = starts[i]; e < starts[i + 1]; e++) {
        const value = Math.abs(values[e]);
        sum += value * Math.abs(right[columns[e]]);
        columnSums[columns[e]] += Math.abs(left[i]) * value;
      }
      rowSums[i] = sum;
    }
  }

  diagonal(out: Float64Array): void {
    const {values} = this;
    const {rows, starts, columns} = this.pattern;
    for (let i = 0; i < rows; i++) {
      out[i] = 0;
      for (let e = starts[i]; e < starts[i + 1]; e++) if (columns[e] === i) out[i] = values[e];
    }
  }

  growDiagonal(part: number): void {
    const {values} = this;
    const {rows, starts, columns} = this.pattern;
    for (let i = 0; i < rows; i++) {
      for (let e = starts[i]; e < starts[i + 1]; e++) if (columns[e] === i) values[e] *= 1 + part;
    }
  }

  forEachInRow(i: number, visit: (column: number, value: number) => void): void {
    const {values} = this;
    const {starts, columns} = this.pattern;
    for (let e = starts[i]; e < starts[i + 1]; e++) if (values[e] !== 0) visit(columns[e], values[e]);
  }

  isFinite(): boolean {
    return this.values.every(Number.isFinite);
  }
}
