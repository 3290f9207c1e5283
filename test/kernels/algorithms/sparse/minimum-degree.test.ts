/** @file The order of elimination: a permutation for every graph, as good as the exact method where that is known. */
import {assert} from 'chai';
import fc from 'fast-check';
import {
  columnCounts,
  eliminationTree,
  NO_PARENT,
  postorder,
} from '../../../../src/kernels/algorithms/sparse/elimination-tree.js';
import {minimumDegree} from '../../../../src/kernels/algorithms/sparse/minimum-degree.js';
import {startsOf, symmetricPattern} from '../../../../src/kernels/algorithms/sparse/pattern.js';
import {effort} from '../../../helpers/effort.js';

type Pairs = [number, number][];

const graph = fc
  .integer({min: 1, max: 60})
  .chain((n) =>
    fc.tuple(fc.constant(n), fc.array(fc.tuple(fc.nat(n - 1), fc.nat(n - 1)), {maxLength: 4 * n})),
  );

const orderOf = (n: number, pairs: Pairs) =>
  minimumDegree(n, symmetricPattern(n, pairs.map(([i]) => i), pairs.map(([, j]) => j))); // prettier-ignore

/** The entries that elimination in this order adds, counted on the graph itself. */
function fillOf(n: number, pairs: Pairs, order: ArrayLike<number>): number {
  const near = Array.from({length: n}, () => new Set<number>());
  for (const [i, j] of pairs) if (i !== j) near[i].add(j) && near[j].add(i);
  let fill = 0;
  for (let k = 0; k < n; k++) {
    const left = [...near[order[k]]];
    for (const i of left) near[i].delete(order[k]);
    for (const i of left)
      for (const j of left)
        if (i < j && !near[i].has(j)) {
          near[i].add(j);
          near[j].add(i);
          fill++;
        }
  }
  return fill;
}

describe('minimum degree', () => {
  it('is a permutation', () =>
    fc.assert(
      fc.property(graph, ([n, pairs]) => {
        assert.deepEqual(
          [...orderOf(n, pairs)].sort((a, b) => a - b),
          [...Array(n).keys()],
        );
      }),
      {numRuns: effort(200, 5000)},
    ));

  it('trees and chains get no fill', () =>
    fc.assert(
      fc.property(fc.array(fc.nat(), {minLength: 1, maxLength: 80}), (parents) => {
        const pairs: Pairs = parents.map((parent, i) => [i + 1, parent % (i + 1)]);
        assert.equal(fillOf(parents.length + 1, pairs, orderOf(parents.length + 1, pairs)), 0);
      }),
      {numRuns: effort(100, 2000)},
    ));

  it('the fill is about that of the exact method', () => {
    let [ours, exact] = [0, 0];
    fc.assert(
      fc.property(graph, ([n, pairs]) => {
        ours += fillOf(n, pairs, orderOf(n, pairs));
        exact += fillOf(n, pairs, exactOrder(n, pairs));
      }),
      {numRuns: 100, seed: 7},
    );
    assert.isBelow(ours, 1.15 * exact);
  });

  it('a row that is next to all others is last', () => {
    const n = 2000;
    const pairs: Pairs = Array.from(
      {length: n - 1},
      (_, i) => [i === 0 ? 0 : i, 0] as [number, number],
    ).concat(Array.from({length: n - 2}, (_, i) => [i + 1, i + 2] as [number, number]));
    assert.equal(orderOf(n, pairs)[n - 1], 0);
  });
});

/** Minimum degree with the true degrees. */
function exactOrder(n: number, pairs: Pairs): number[] {
  const near = Array.from({length: n}, () => new Set<number>());
  for (const [i, j] of pairs) if (i !== j) near[i].add(j) && near[j].add(i);
  const left = new Set(near.keys());
  const order: number[] = [];
  while (left.size > 0) {
    const pivot = [...left].reduce((best, i) => (near[i].size < near[best].size ? i : best));
    left.delete(pivot);
    order.push(pivot);
    for (const i of near[pivot]) {
      near[i].delete(pivot);
      for (const j of near[pivot]) if (j !== i) near[i].add(j);
    }
  }
  return order;
}

describe('elimination tree', () => {
  it('parents, counts and postorder are those of elimination on the graph', () =>
    fc.assert(
      fc.property(graph, ([n, pairs]) => {
        const upper = Array.from({length: n}, () => new Set<number>());
        for (const [i, j] of pairs) if (i !== j) upper[Math.max(i, j)].add(Math.min(i, j));
        const starts = startsOf(Int32Array.from([...upper.map(({size}) => size), 0]));
        const rows = Int32Array.from(upper.flatMap((column) => [...column]));
        const parent = eliminationTree(n, {starts, rows});
        const below = Array.from({length: n}, () => new Set<number>());
        upper.forEach((column, j) => column.forEach((i) => below[i].add(j)));
        for (let i = 0; i < n; i++) {
          const first = below[i].size > 0 ? Math.min(...below[i]) : NO_PARENT;
          assert.equal(parent[i], first);
          below[i].forEach((j) => j !== first && below[first].add(j));
        }
        const counts = columnCounts(n, {starts, rows}, parent);
        assert.deepEqual([...counts], below.map(({size}) => size)); // prettier-ignore
        const order = [...postorder(parent)];
        const place = order.map((_, i) => order.indexOf(i));
        parent.forEach((above, i) => above !== NO_PARENT && assert.isAbove(place[above], place[i]));
        // Subtrees are together: each node comes right after its subtree, as many places as that has nodes.
        const size = new Array<number>(n).fill(1);
        for (const i of order) if (parent[i] !== NO_PARENT) size[parent[i]] += size[i];
        const smallest = order.map((_, i) => place[i]);
        for (const i of order)
          if (parent[i] !== NO_PARENT) smallest[parent[i]] = Math.min(smallest[parent[i]], smallest[i]);
        for (let i = 0; i < n; i++) assert.equal(place[i] - smallest[i] + 1, size[i]);
      }),
      {numRuns: effort(100, 2000)},
    ));
});
