/** @file A dense matrix of a quadratic program. */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';

export class DenseMatrix implements ProblemMatrix {
  /** @param values [rows, columns], row-major without padding. */
  constructor(
    private readonly dense: DenseKernels,
    readonly rows: number,
    readonly columns: number,
    readonly values: Vector = dense.vector(rows * columns),
  ) {}

  multiply(x: Vector, out: Vector): void {
    this.dense.multiply(this.values, this.rows, this.columns, this.columns, x, out);
  }

  addMultiplyTransposed(y: Vector, out: Vector): void {
    this.dense.addMultiplyTransposed(this.values, this.rows, this.columns, this.columns, y, out);
  }

  multiplyWithTerms(x: Vector, out: Vector, terms: Vector): void {
    this.dense.multiplyWithTerms(this.values, this.rows, this.columns, x, out, terms);
  }

  addMultiplyTransposedWithTerms(y: Vector, out: Vector, terms: Vector): void {
    this.dense.addMultiplyTransposedWithTerms(this.values, this.rows, this.columns, y, out, terms);
  }

  scale(left: Vector, right: Vector, to: this): void {
    this.dense.scale(this.values, this.rows, this.columns, left, right, to.values);
  }

  scaledMaxima(left: Vector, right: Vector, rowMaxima: Vector, columnMaxima: Vector): void {
    this.dense.scaledMaxima(this.values, this.rows, this.columns, left, right, rowMaxima, columnMaxima);
  }

  addMagnitudes(left: Vector, right: Vector, rowSums: Vector, columnSums: Vector): void {
    this.dense.addMagnitudes(this.values, this.rows, this.columns, left, right, rowSums, columnSums);
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
    const {values, columns} = this;
    for (let j = 0, at = i * columns; j < columns; j++, at++) if (values[at] !== 0) visit(j, values[at]);
  }

  isFinite(): boolean {
    return this.dense.isFinite(this.values);
  }
}
