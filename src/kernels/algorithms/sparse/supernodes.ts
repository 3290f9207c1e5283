/** @file Groups the columns of a sparse factor into supernodes: neighbours that have entries in the same, or nearly the same, rows. */
import {NO_PARENT} from './elimination-tree.js';

/** Up to this many columns are always joined. More may have this part of zeros: [columns, part]. */
const ALWAYS = 4;
const ZEROS: readonly (readonly [number, number])[] = [
  [16, 0.4],
  [48, 0.1],
  [Infinity, 0.05],
];

export interface Supernodes {
  /** Supernode s has the columns first[s] … first[s + 1] − 1. */
  first: Int32Array;
  /** The supernode of each column. */
  of: Int32Array;
  /** The supernode of the parent of its last column. */
  parent: Int32Array;
}

/**
 * @param parent The elimination tree, in postorder.
 * @param counts The entries below the diagonal of each column.
 */
export function findSupernodes(parent: Int32Array, counts: Int32Array): Supernodes {
  const n = parent.length;
  // Of the supernode that ends at a column: its first column, and how many zeros it stores.
  const begin = new Int32Array(n);
  const zeros = new Float64Array(n);
  const ends = new Uint8Array(n);
  for (let j = 0; j < n; j++) {
    const fits = j > 0 && parent[j - 1] === j && counts[j - 1] === counts[j] + 1;
    begin[j] = fits ? begin[j - 1] : j;
    if (fits) ends[j - 1] = 0;
    ends[j] = 1;
  }
  const entries = (columns: number, others: number) => (columns * (columns + 1)) / 2 + columns * others;
  for (let j = 0; j < n; j++) {
    if (ends[j] === 0) continue;
    for (;;) {
      const last = begin[j] - 1;
      if (last < 0 || parent[last] === NO_PARENT || parent[last] < begin[j] || parent[last] > j) break;
      const [own, before] = [j + 1 - begin[j], last + 1 - begin[last]];
      const all = entries(own + before, counts[j]);
      const added = all - entries(own, counts[j]) - entries(before, counts[last]);
      const total = zeros[j] + zeros[last] + added;
      if (own + before > ALWAYS && total > all * ZEROS.find(([columns]) => own + before <= columns)![1])
        break;
      ends[last] = 0;
      begin[j] = begin[last];
      zeros[j] = total;
    }
  }
  return listed(parent, begin, ends);
}

function listed(tree: Int32Array, begin: Int32Array, ends: Uint8Array): Supernodes {
  const n = tree.length;
  const first: number[] = [];
  const of = new Int32Array(n);
  for (let j = 0; j < n; j++) {
    if (ends[j] === 0) continue;
    of.fill(first.length, begin[j], j + 1);
    first.push(begin[j]);
  }
  const parent = new Int32Array(first.length);
  first.push(n);
  for (let s = 0; s < parent.length; s++) {
    const above = tree[first[s + 1] - 1];
    parent[s] = above === NO_PARENT ? NO_PARENT : of[above];
  }
  return {first: Int32Array.from(first), of, parent};
}
