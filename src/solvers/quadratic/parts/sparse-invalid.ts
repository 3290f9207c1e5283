/** @file What is wrong with the data of a sparse quadratic program, in words. */
import type {SparseData} from '../../../conditions/index.js';
import type {ProblemStructure} from '../../../kernels/index.js';
import {badNumber, valuesOf} from './qp-report.js';

/** The reason why a sample is invalid. */
export function invalidReason({entries}: ProblemStructure, data: SparseData, sample: number): string {
  for (const [name, tensor] of Object.entries(data)) {
    const bad = badNumber(name, valuesOf(tensor, sample));
    if (bad) return `${name} contains ${bad}`;
  }
  const {rows, columns} = entries.Q;
  const sums = new Map<string, number>();
  const start = data.Q.shape[0] === 1 ? 0 : sample * rows.length;
  const values = data.Q.dataSync();
  for (let e = 0; e < rows.length; e++) {
    const key = `${rows[e]},${columns[e]}`;
    sums.set(key, (sums.get(key) ?? 0) + values[start + e]);
  }
  let largest = 0;
  for (const value of sums.values()) largest = Math.max(largest, Math.abs(value));
  for (const [key, value] of sums) {
    const [i, j] = key.split(',');
    const other = sums.get(`${j},${i}`) ?? 0;
    if (Math.abs(value - other) > 1e-5 * largest) {
      return (
        `Q must be symmetric, but Q[${i}][${j}] = ${value} and Q[${j}][${i}] = ${other} ` +
        '(give both triangles: (Q + Qᵀ)/2)'
      );
    }
  }
  return (
    'Q must be positive semidefinite, but has a negative eigenvalue, measured in the units of each variable (build Q as LLᵀ, or add a ' +
    'multiple of I)'
  );
}
