/** @file `ArrayKernels` in plain TypeScript. */
import type {ArrayKernels, Product} from '../../contracts/arrays.js';

export const referenceArrays: ArrayKernels = {
  name: 'reference',
  arrays: (lengths) => lengths.map((length) => new Float64Array(length)),
  size: 0,
  product: (task) => () => {
    const {a, b, turnB, out, rows, columns, startsA, startsB} = task;
    for (let i = 0; i < startsA.length; i++) {
      const multiply = turnB ? multiplyRows : addRows;
      multiply(task, a.subarray(startsA[i]), b.subarray(startsB[i]), out.subarray(i * rows * columns));
    }
  },
  entries: null,
};

/** The steps through A from row to row and from column to column. */
const stepsOf = ({turnA, rows, inner}: Product) => (turnA ? [1, rows] : [inner, 1]);

/** Multiplies rows of A by rows of Bᵀ, because B is stored transposed. */
function multiplyRows(task: Product, a: Float64Array, b: Float64Array, out: Float64Array): void {
  const {rows, inner, columns} = task;
  const [down, across] = stepsOf(task);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      const from = j * inner;
      for (let k = 0, at = i * down; k < inner; k++, at += across) sum += a[at] * b[from + k];
      out[i * columns + j] = sum;
    }
  }
}

/** Adds up multiples of the rows of B. */
function addRows(task: Product, a: Float64Array, b: Float64Array, out: Float64Array): void {
  const {rows, inner, columns} = task;
  const [down, across] = stepsOf(task);
  out.fill(0, 0, rows * columns);
  for (let i = 0; i < rows; i++) {
    const to = i * columns;
    for (let k = 0; k < inner; k++) {
      const factor = a[i * down + k * across];
      const from = k * columns;
      for (let j = 0; j < columns; j++) out[to + j] += factor * b[from + j];
    }
  }
}
