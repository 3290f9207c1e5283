/** @file Where a sparse matrix has entries, column by column. */

/** Column j has its entries in the rows `rows[starts[j]]` … `rows[starts[j + 1] − 1]`. */
export interface Pattern {
  starts: Int32Array;
  rows: Int32Array;
}

/**
 * The pattern of A + Aᵀ without its diagonal, from the entries of A [n, n] in any order. Entries may be repeated.
 *
 * @param rows Row of each entry. @param columns Its column.
 */
export function symmetricPattern(n: number, rows: ArrayLike<number>, columns: ArrayLike<number>): Pattern {
  const counts = new Int32Array(n + 1);
  for (let e = 0; e < rows.length; e++) {
    if (rows[e] === columns[e]) continue;
    counts[rows[e]]++;
    counts[columns[e]]++;
  }
  const starts = startsOf(counts);
  const all = new Int32Array(starts[n]);
  const next = starts.slice();
  for (let e = 0; e < rows.length; e++) {
    if (rows[e] === columns[e]) continue;
    all[next[columns[e]]++] = rows[e];
    all[next[rows[e]]++] = columns[e];
  }
  return withoutRepetitions(n, {starts, rows: all});
}

/** The sums of all counts before each position; the last entry of `counts` is not used. */
export function startsOf(counts: Int32Array): Int32Array {
  const starts = new Int32Array(counts.length);
  for (let j = 1; j < starts.length; j++) starts[j] = starts[j - 1] + counts[j - 1];
  return starts;
}

function withoutRepetitions(n: number, {starts, rows}: Pattern): Pattern {
  const seen = new Int32Array(n).fill(-1);
  const kept = new Int32Array(n + 1);
  let end = 0;
  for (let j = 0; j < n; j++) {
    kept[j] = end;
    for (let e = starts[j]; e < starts[j + 1]; e++) {
      if (seen[rows[e]] === j) continue;
      seen[rows[e]] = j;
      rows[end++] = rows[e];
    }
  }
  kept[n] = end;
  return {starts: kept, rows: rows.slice(0, end)};
}
