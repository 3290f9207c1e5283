/** @file The places of the entries of a sparse matrix, row by row. */
import {startsOf} from './pattern.js';

/** Row i has its entries at starts[i] … starts[i + 1] − 1, in ascending order of `columns`. */
export interface CompressedRows {
  rows: number;
  width: number;
  starts: Int32Array;
  columns: Int32Array;
}

/**
 * @param height The number of rows. @param width The number of columns.
 * @param rows Row of each entry, in any order. @param columns Its column.
 * @returns The places, and that of each entry: entries in the same row and column share one.
 */
export function compressRows(
  height: number,
  width: number,
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
): {pattern: CompressedRows; places: Int32Array} {
  const byColumn = sortedBy(
    columns,
    width,
    Int32Array.from({length: rows.length}, (_, e) => e),
  );
  const order = sortedBy(rows, height, byColumn);
  const starts = new Int32Array(height + 1);
  const places = new Int32Array(rows.length);
  const kept = new Int32Array(rows.length);
  let end = 0;
  let previous = -1;
  for (const e of order) {
    const isNew = previous < 0 || rows[previous] !== rows[e] || columns[previous] !== columns[e];
    if (isNew) {
      kept[end++] = columns[e];
      starts[rows[e] + 1]++;
    }
    places[e] = end - 1;
    previous = e;
  }
  for (let i = 0; i < height; i++) starts[i + 1] += starts[i];
  return {pattern: {rows: height, width, starts, columns: kept.slice(0, end)}, places};
}

/** The entries of `order`, by ascending keys; those with the same key stay in order. */
function sortedBy(keys: ArrayLike<number>, count: number, order: Int32Array): Int32Array {
  const counts = new Int32Array(count + 1);
  for (let e = 0; e < keys.length; e++) counts[keys[e]]++;
  const next = startsOf(counts);
  const sorted = new Int32Array(order.length);
  for (const e of order) sorted[next[keys[e]]++] = e;
  return sorted;
}
