/** @file The order in which the columns of a sparse symmetric matrix are eliminated. */
import {eliminationTree, postorder} from './elimination-tree.js';
import {minimumDegree} from './minimum-degree.js';
import {startsOf, type Pattern} from './pattern.js';

/** An order with little fill, in which subtrees are together; the pattern above the diagonal in that order, and its tree. */
export function orderOf(
  n: number,
  pattern: Pattern,
): {order: Int32Array; upper: Pattern; parent: Int32Array} {
  const byDegree = minimumDegree(n, pattern);
  const path = postorder(eliminationTree(n, upperOf(pattern, byDegree)));
  const order = path.map((k) => byDegree[k]);
  const upper = upperOf(pattern, order);
  return {order, upper, parent: eliminationTree(n, upper)};
}

/** The entries above the diagonal of the matrix whose k-th row is row order[k]. */
function upperOf({starts, rows}: Pattern, order: Int32Array): Pattern {
  const n = order.length;
  const place = inverseOf(order);
  const counts = new Int32Array(n + 1);
  for (let k = 0; k < n; k++) {
    for (let e = starts[order[k]]; e < starts[order[k] + 1]; e++) if (place[rows[e]] < k) counts[k]++;
  }
  const upper = {starts: startsOf(counts), rows: new Int32Array(0)};
  upper.rows = new Int32Array(upper.starts[n]);
  let end = 0;
  for (let k = 0; k < n; k++) {
    for (let e = starts[order[k]]; e < starts[order[k] + 1]; e++) {
      if (place[rows[e]] < k) upper.rows[end++] = place[rows[e]];
    }
  }
  return upper;
}

/** The place of each row in an order. */
export function inverseOf(order: Int32Array): Int32Array {
  const place = new Int32Array(order.length);
  for (let k = 0; k < order.length; k++) place[order[k]] = k;
  return place;
}
