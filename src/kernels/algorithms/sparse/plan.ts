/** @file Plans the factorisation of a sparse symmetric matrix, from its pattern alone: the order, the supernodes, and where each entry goes. */
import {padded, strideOf, type SparsePlan} from '../../contracts/sparse.js';
import {inverseOf, orderOf} from './elimination-order.js';
import {columnCounts} from './elimination-tree.js';
import {startsOf, symmetricPattern} from './pattern.js';
import {childrenOf, structureOf, type Structure, type Tree} from './structure.js';
import {findSupernodes, type Supernodes} from './supernodes.js';

/**
 * @param rows Row of each entry of the matrix [n, n]. Of a symmetric pair, one entry is given. Entries may be repeated: they are added.
 * @param columns Its column.
 */
export function planFactorisation(
  n: number,
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
): SparsePlan {
  const pattern = symmetricPattern(n, rows, columns);
  const {order, upper, parent} = orderOf(n, pattern);
  const supernodes = findSupernodes(parent, columnCounts(n, upper, parent));
  const {first} = supernodes;
  const count = first.length - 1;
  const tree = childrenOf(supernodes.parent);
  const structure = structureOf(n, upper, supernodes, tree);
  const stack = stackOf(structure.rowStarts, tree);
  const panelStarts = new Int32Array(count + 1);
  let widest = 0;
  for (let s = 0; s < count; s++) {
    const own = first[s + 1] - first[s];
    const stride = strideOf(own, structure.rowStarts[s + 1] - structure.rowStarts[s]);
    panelStarts[s + 1] = panelStarts[s] + own * stride;
    widest = Math.max(widest, stride);
  }
  const entries = entriesOf(order, rows, columns, supernodes, structure);
  return {
    n,
    order,
    supernodes: count,
    first,
    panelStarts,
    widest,
    ...tree,
    ...structure,
    ...stack,
    ...entries,
  };
}

/** Where contributions lie. That of a supernode is made above those of its children, and then takes their place. */
function stackOf(
  rowStarts: Int32Array,
  {childStarts, children}: Tree,
): Pick<SparsePlan, 'workStarts' | 'keptStarts' | 'stackSize'> {
  const count = rowStarts.length - 1;
  const workStarts = new Int32Array(count);
  const keptStarts = new Int32Array(count);
  let top = 0;
  let stackSize = 0;
  for (let s = 0; s < count; s++) {
    const others = rowStarts[s + 1] - rowStarts[s];
    const size = others * padded(others);
    workStarts[s] = top;
    keptStarts[s] = childStarts[s] < childStarts[s + 1] ? keptStarts[children[childStarts[s]]] : top;
    stackSize = Math.max(stackSize, top + padded(others) ** 2);
    top = keptStarts[s] + size;
  }
  return {workStarts, keptStarts, stackSize};
}

function entriesOf(
  order: Int32Array,
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
  {first, of}: Supernodes,
  {rowStarts, rows: others}: Structure,
): Pick<SparsePlan, 'entryStarts' | 'sources' | 'targets'> {
  const place = inverseOf(order);
  const count = first.length - 1;
  const counts = new Int32Array(count + 1);
  const owner = new Int32Array(rows.length);
  for (let e = 0; e < rows.length; e++) {
    owner[e] = of[Math.min(place[rows[e]], place[columns[e]])];
    counts[owner[e]]++;
  }
  const entryStarts = startsOf(counts);
  const sources = new Int32Array(rows.length);
  const targets = new Int32Array(rows.length);
  const next = entryStarts.slice();
  for (let e = 0; e < rows.length; e++) sources[next[owner[e]]++] = e;
  const column = new Int32Array(order.length);
  for (let s = 0; s < count; s++) {
    const own = first[s + 1] - first[s];
    const stride = strideOf(own, rowStarts[s + 1] - rowStarts[s]);
    for (let j = 0; j < own; j++) column[first[s] + j] = j;
    for (let e = rowStarts[s]; e < rowStarts[s + 1]; e++) column[others[e]] = padded(own) + e - rowStarts[s];
    for (let k = entryStarts[s]; k < entryStarts[s + 1]; k++) {
      const [a, b] = [place[rows[sources[k]]], place[columns[sources[k]]]];
      targets[k] = (Math.min(a, b) - first[s]) * stride + column[Math.max(a, b)];
    }
  }
  return {entryStarts, sources, targets};
}
