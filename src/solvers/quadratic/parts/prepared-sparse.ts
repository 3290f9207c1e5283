/** @file A sparse matrix of a prepared problem. The problem is small, so it stores all entries; gradients are those of the values. */
import * as tf from '@tensorflow/tfjs-core';
import {describe} from '../../../checks/index.js';
import {valuesOnHost} from '../../../kernels/index.js';
import {SparseMatrix} from '../../../linalg/index.js';
import type {QPParameter} from '../qp-input.js';

export class PreparedSparse {
  /** Of the values of the entries; `gather` fills it in. */
  readonly gradient: Float64Array;
  /** Where each entry stands, row by row. */
  private readonly places: Int32Array;
  private readonly entries: SparseMatrix['entries'];

  constructor(
    private readonly name: QPParameter,
    {shape, entries, rows, columns}: SparseMatrix,
  ) {
    this.entries = entries;
    this.places = rows.map((row, e) => row * shape[1] + columns[e]);
    this.gradient = new Float64Array(rows.length);
  }

  /** The values of the entries: given as such, or with a matrix that has the same ones. @throws If they do not fit. */
  valuesIn(where: string, value: unknown): ArrayLike<number> {
    const {name, entries, places} = this;
    const count = places.length;
    if (value instanceof SparseMatrix) {
      if (value.entries === entries) return numbersOf(where, name, value);
      throw new Error(
        `${where}: ${name} must have its entries at the same places as the matrix that was prepared, in the same order.`,
      );
    }
    const values = value as ArrayLike<number>;
    if (values?.length !== count || (count > 0 && typeof values[0] !== 'number')) {
      const got = typeof values?.length === 'number' ? `[${values.length}]` : describe(value);
      throw new Error(
        `${where}: ${name} was prepared as a sparse matrix: pass one, or the values of its entries, [${count}]; got ${got}.`,
      );
    }
    return values;
  }

  /** Writes the whole matrix of these values to `into`, from `from` on, where it has `size` entries. */
  write(values: ArrayLike<number>, into: Float64Array, from: number, size: number): void {
    into.fill(0, from, from + size);
    for (let e = 0; e < this.places.length; e++) into[from + this.places[e]] += values[e];
  }

  /** Takes the gradients of the entries from that of the whole matrix. */
  gather(whole: Float64Array): void {
    for (let e = 0; e < this.places.length; e++) this.gradient[e] = whole[this.places[e]];
  }
}

/** The values of a matrix that is given. @throws If they have a batch axis, or the host cannot read them. */
export function numbersOf(where: string, name: QPParameter, {values, rows}: SparseMatrix): ArrayLike<number> {
  const count = rows.length;
  if (values instanceof tf.Tensor && values.rank === 1) {
    const numbers = valuesOnHost(values);
    if (numbers) return numbers;
    throw new Error(
      `${where}: the values of ${name} are on the backend '${tf.getBackend()}', which cannot be read synchronously: pass numbers, or ` +
        'those of `await values.data()`.',
    );
  }
  const numbers = values as ArrayLike<number>;
  if (numbers.length === count && (count === 0 || typeof numbers[0] === 'number')) return numbers;
  throw new Error(`${where}: the values of ${name} must have shape [${count}], without a batch axis.`);
}
