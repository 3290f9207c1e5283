/**
 * @file The elimination tree of a sparse symmetric matrix: the parent of a column is the row of the first entry below the diagonal in that
 * column of its factor.
 *
 * Liu 1990, "The role of elimination trees in sparse factorization", SIAM J. Matrix Anal. Appl. 11(1).
 */
import type {Pattern} from './pattern.js';

export const NO_PARENT = -1;

/** @param upper The entries above the diagonal. */
export function eliminationTree(n: number, {starts, rows}: Pattern): Int32Array {
  const parent = new Int32Array(n).fill(NO_PARENT);
  // Shortcuts to the top of what is known of the tree.
  const above = new Int32Array(n).fill(NO_PARENT);
  for (let j = 0; j < n; j++) {
    for (let e = starts[j]; e < starts[j + 1]; e++) {
      for (let i = rows[e]; i !== NO_PARENT && i < j;) {
        const next = above[i];
        above[i] = j;
        if (next === NO_PARENT) parent[i] = j;
        i = next;
      }
    }
  }
  return parent;
}

/** The nodes of a forest, each after its children, and subtrees together. */
export function postorder(parent: Int32Array): Int32Array {
  const n = parent.length;
  const firstChild = new Int32Array(n).fill(NO_PARENT);
  const sibling = new Int32Array(n).fill(NO_PARENT);
  const roots: number[] = [];
  for (let j = n - 1; j >= 0; j--) {
    if (parent[j] === NO_PARENT) {
      roots.push(j);
      continue;
    }
    sibling[j] = firstChild[parent[j]];
    firstChild[parent[j]] = j;
  }
  const order = new Int32Array(n);
  const stack = roots;
  let count = 0;
  while (stack.length > 0) {
    const j = stack[stack.length - 1];
    const child = firstChild[j];
    if (child === NO_PARENT) {
      order[count++] = j;
      stack.pop();
    } else {
      firstChild[j] = sibling[child];
      stack.push(child);
    }
  }
  return order;
}

/** The number of entries below the diagonal in each column of the factor. */
export function columnCounts(n: number, {starts, rows}: Pattern, parent: Int32Array): Int32Array {
  const counts = new Int32Array(n);
  const seen = new Int32Array(n).fill(-1);
  for (let j = 0; j < n; j++) {
    seen[j] = j;
    for (let e = starts[j]; e < starts[j + 1]; e++) {
      for (let i = rows[e]; seen[i] !== j; i = parent[i]) {
        counts[i]++;
        seen[i] = j;
      }
    }
  }
  return counts;
}
