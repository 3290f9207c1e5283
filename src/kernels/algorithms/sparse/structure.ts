/** @file The rows in which the supernodes of a sparse factor have entries. */
import {padded} from '../../contracts/sparse.js';
import {NO_PARENT} from './elimination-tree.js';
import {startsOf, type Pattern} from './pattern.js';
import type {Supernodes} from './supernodes.js';

export interface Tree {
  childStarts: Int32Array;
  children: Int32Array;
}

export function childrenOf(parent: Int32Array): Tree {
  const count = parent.length;
  const counts = new Int32Array(count + 1);
  for (let s = 0; s < count; s++) if (parent[s] !== NO_PARENT) counts[parent[s]]++;
  const childStarts = startsOf(counts);
  const children = new Int32Array(childStarts[count]);
  const next = childStarts.slice();
  for (let s = 0; s < count; s++) if (parent[s] !== NO_PARENT) children[next[parent[s]]++] = s;
  return {childStarts, children};
}

export interface Structure {
  rowStarts: Int32Array;
  rows: Int32Array;
  relative: Int32Array;
}

/** The rows of each supernode: those of its entries and of its children, but for its own. */
export function structureOf(
  n: number,
  upper: Pattern,
  {first, parent}: Supernodes,
  {childStarts, children}: Tree,
): Structure {
  const count = parent.length;
  const lower = transposed(n, upper);
  const seen = new Int32Array(n).fill(-1);
  const rowStarts = new Int32Array(count + 1);
  let rows = new Int32Array(2 * lower.rows.length + n);
  let end = 0;
  const gather = (s: number, from: Int32Array, begin: number, stop: number) => {
    if (end + stop - begin > rows.length) rows = enlarged(rows, end + stop - begin);
    for (let e = begin; e < stop; e++) {
      const i = from[e];
      if (i < first[s + 1] || seen[i] === s) continue;
      seen[i] = s;
      rows[end++] = i;
    }
  };
  for (let s = 0; s < count; s++) {
    gather(s, lower.rows, lower.starts[first[s]], lower.starts[first[s + 1]]);
    for (let c = childStarts[s]; c < childStarts[s + 1]; c++) {
      gather(s, rows, rowStarts[children[c]], rowStarts[children[c] + 1]);
    }
    rows.subarray(rowStarts[s], end).sort();
    rowStarts[s + 1] = end;
  }
  rows = rows.slice(0, end);
  const relative = new Int32Array(end);
  for (let s = 0; s < count; s++) {
    const above = parent[s];
    if (above === NO_PARENT) continue;
    const own = padded(first[above + 1] - first[above]);
    for (let e = rowStarts[s], at = rowStarts[above]; e < rowStarts[s + 1]; e++) {
      if (rows[e] < first[above + 1]) relative[e] = rows[e] - first[above];
      else {
        while (rows[at] < rows[e]) at++;
        relative[e] = own + at - rowStarts[above];
      }
    }
  }
  return {rowStarts, rows, relative};
}

function transposed(n: number, {starts, rows}: Pattern): Pattern {
  const counts = new Int32Array(n + 1);
  for (let e = 0; e < rows.length; e++) counts[rows[e]]++;
  const turned = {starts: startsOf(counts), rows: new Int32Array(rows.length)};
  const next = turned.starts.slice();
  for (let j = 0; j < n; j++) {
    for (let e = starts[j]; e < starts[j + 1]; e++) turned.rows[next[rows[e]]++] = j;
  }
  return turned;
}

function enlarged(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(length, 2 * array.length));
  larger.set(array);
  return larger;
}
