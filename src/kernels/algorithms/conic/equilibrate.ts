/** @file Units in which the entries of E, c and d of a conic program are close to one. */
import {largestOf, type ConicProblem, type ConicUnits} from './problem.js';

const PASSES = 30;
/** An entry below this share of the others may be what rounding to f32 left of zero. */
const ROUNDING = 2 ** -20;

/**
 * Scales that minimise the squares of the logarithms of the entries of [E d; cᵀ 0]; then rows are scaled until their largest entry is about
 * one. All scales are powers of two. The rows of a block share one scale, because separate scales would change its cone.
 *
 * @see Curtis & Reid 1972, On the automatic scaling of matrices for Gaussian elimination.
 */
export function unitsOf({p, m, c, E, d, blocks}: ConicProblem): ConicUnits {
  const log = (value: number, least = 0) => (Math.abs(value) > least ? Math.log2(Math.abs(value)) : NaN);
  const [logE, logC, logD] = [new Float64Array(m * p), c.map((value) => log(value)), new Float64Array(m)];
  for (const {start, size} of blocks) {
    // The entries of a block in a column have one unit: those that are far below the largest one are rounding errors of a difference.
    for (let j = 0; j <= p; j++) {
      const entry = (i: number) => (j < p ? E[i * p + j] : d[i]);
      let most = 0;
      for (let i = start; i < start + size; i++) most = Math.max(most, Math.abs(entry(i)));
      for (let i = start; i < start + size; i++) {
        const value = log(entry(i), ROUNDING * most);
        if (j < p) logE[i * p + j] = value;
        else logD[i] = value;
      }
    }
  }
  const blockOf = new Int32Array(m);
  blocks.forEach(({start, size}, k) => blockOf.fill(k, start, start + size));
  const [row, column] = [new Float64Array(blocks.length), new Float64Array(p)];
  let ofD = 0;
  const [rowSum, rowCount] = [new Float64Array(blocks.length), new Float64Array(blocks.length)];
  const [columnSum, columnCount] = [new Float64Array(p), new Float64Array(p)];
  for (let pass = 0; pass < PASSES; pass++) {
    rowSum.fill(0);
    rowCount.fill(0);
    const inRow = (k: number, value: number) => {
      if (Number.isNaN(value)) return;
      rowSum[k] += value;
      rowCount[k]++;
    };
    for (let i = 0; i < m; i++) {
      inRow(blockOf[i], logD[i] - ofD);
      for (let j = 0; j < p; j++) inRow(blockOf[i], logE[i * p + j] + column[j]);
    }
    for (let k = 0; k < row.length; k++) row[k] = rowCount[k] ? -rowSum[k] / rowCount[k] : 0;
    const ofC = mean(logC, (j) => column[j]);
    ofD = mean(logD, (i) => row[blockOf[i]]);
    columnSum.fill(0);
    columnCount.fill(0);
    for (let j = 0; j < p; j++) {
      if (!Number.isNaN(logC[j])) {
        columnSum[j] += logC[j] - ofC;
        columnCount[j]++;
      }
      for (let i = 0; i < m; i++) {
        const value = logE[i * p + j];
        if (Number.isNaN(value)) continue;
        columnSum[j] += value + row[blockOf[i]];
        columnCount[j]++;
      }
    }
    for (let j = 0; j < p; j++) column[j] = columnCount[j] ? -columnSum[j] / columnCount[j] : 0;
  }
  const columns = column.map((value) => 2 ** Math.round(value));
  const units = {rows: new Float64Array(m), columns, ofC: 1, ofD: 2 ** Math.round(ofD)};
  for (const {start, size} of blocks) {
    let most = 0;
    for (let i = start; i < start + size; i++) {
      most = Math.max(most, Math.abs(d[i]) / units.ofD);
      for (let j = 0; j < p; j++) most = Math.max(most, Math.abs(E[i * p + j]) * columns[j]);
    }
    units.rows.fill(most > 0 ? 2 ** -Math.round(Math.log2(most)) : 1, start, start + size);
  }
  const cost = largestOf(c.map((value, j) => value * columns[j]));
  units.ofC = cost > 0 ? 2 ** Math.round(Math.log2(cost)) : 1;
  return units;
}

/** The mean of the entries of `values` that are not NaN, each with its `shift` added. */
function mean(values: Float64Array, shift: (i: number) => number): number {
  let [sum, count] = [0, 0];
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    sum += value + shift(i);
    count++;
  });
  return count ? sum / count : 0;
}
