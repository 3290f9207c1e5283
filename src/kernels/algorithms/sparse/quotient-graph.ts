/** @file The graph of what is left to eliminate, as a quotient graph (see `minimum-degree.ts`), and one step of elimination after another. */
import {DegreeLists} from './degree-lists.js';
import {EqualVariables, type NeighbourLists} from './equal-variables.js';
import type {Pattern} from './pattern.js';

/** Variables with more neighbours than this many times √n are eliminated last, without a look at their degrees. */
const DENSE = 10;
const DENSE_FROM = 16;

export class QuotientGraph implements NeighbourLists {
  /** Lists of neighbours: of a variable, its elements first and then variables; of an element, its variables. */
  lists: Int32Array;
  private end: number;
  readonly start: Int32Array;
  readonly length: Int32Array;
  /** How many elements are in the list of a variable. */
  readonly elements: Int32Array;
  /** How many variables a variable stands for; 0 if another one stands for it, or if it is eliminated; negative while it is in `made`. */
  readonly weight: Int32Array;
  /** Of a variable, an upper bound of its degree; of an element, the weight of its variables. */
  private readonly degree: Int32Array;
  /** 0 for an element that has become part of another one, and a variable for which another one stands. Of others, see `measureElements`. */
  private readonly stamp: Int32Array;
  private now = 2;
  private largest = 0;
  private readonly byDegree: DegreeLists;
  private readonly equal: EqualVariables;

  constructor(
    private readonly n: number,
    {starts, rows}: Pattern,
  ) {
    this.end = starts[n];
    // An element of up to n variables is built while its parts are still there; with more room, the lists move less often.
    this.lists = new Int32Array(this.end + n + Math.max(n, this.end >> 1));
    this.lists.set(rows.subarray(0, this.end));
    this.start = starts.slice(0, n);
    this.length = Int32Array.from({length: n}, (_, i) => starts[i + 1] - starts[i]);
    this.elements = new Int32Array(n);
    this.weight = new Int32Array(n).fill(1);
    this.degree = this.length.slice();
    this.stamp = new Int32Array(n).fill(1);
    this.byDegree = new DegreeLists(this.degree);
    this.equal = new EqualVariables(n);
  }

  order(): Int32Array {
    const {n, degree, weight, equal} = this;
    const order = new Int32Array(n);
    const limit = Math.max(DENSE_FROM, DENSE * Math.sqrt(n));
    const dense: number[] = [];
    let count = 0;
    for (let i = n - 1; i >= 0; i--) {
      if (degree[i] <= limit) this.byDegree.add(i);
      else {
        dense.push(i);
        weight[i] = 0;
        this.stamp[i] = 0;
      }
    }
    dense.sort((a, b) => degree[a] - degree[b] || a - b);
    while (count < n - dense.length) {
      const pivot = this.byDegree.least();
      this.byDegree.remove(pivot);
      this.eliminate(pivot, n - dense.length - count);
      count = equal.list(pivot, order, count);
    }
    order.set(dense, count);
    return order;
  }

  /** @param left The number of variables that are not yet eliminated. */
  private eliminate(pivot: number, left: number): void {
    const {weight, degree, length, stamp, start} = this;
    let pivots = weight[pivot];
    let total = this.makeElement(pivot);
    const from = start[pivot];
    const to = from + length[pivot];
    this.measureElements(from, to);
    for (let at = from; at < to; at++) {
      const i = this.lists[at];
      if (this.updateDegree(i, pivot)) continue;
      // Nothing but the new element is next to it, so it can be eliminated at once.
      total += weight[i];
      pivots -= weight[i];
      weight[i] = 0;
      this.equal.join(pivot, i);
      stamp[i] = 0;
    }
    this.largest = Math.max(this.largest, total);
    this.now += this.largest + 1;
    this.equal.merge(this, from, to, (i) => (stamp[i] = 0));
    let end = from;
    for (let at = from; at < to; at++) {
      const i = this.lists[at];
      if (weight[i] >= 0) continue;
      weight[i] = -weight[i];
      degree[i] = Math.max(0, Math.min(degree[i] + total - weight[i], left - pivots - weight[i]));
      this.byDegree.add(i);
      this.lists[end++] = i;
    }
    length[pivot] = end - from;
    degree[pivot] = total;
    weight[pivot] = 0;
    if (end === from) stamp[pivot] = 0;
    this.end = end;
  }

  /** Makes an element of a variable: the union of its elements and variables. @returns The weight of its variables. */
  private makeElement(pivot: number): number {
    const {n, start, length, elements, weight, stamp} = this;
    if (this.end + n > this.lists.length) this.compact();
    weight[pivot] = -weight[pivot];
    const from = this.end;
    let total = 0;
    const take = (begin: number, count: number) => {
      for (let at = begin; at < begin + count; at++) {
        const i = this.lists[at];
        if (weight[i] <= 0) continue;
        total += weight[i];
        weight[i] = -weight[i];
        this.byDegree.remove(i);
        this.lists[this.end++] = i;
      }
    };
    for (let at = start[pivot]; at < start[pivot] + elements[pivot]; at++) {
      const e = this.lists[at];
      if (stamp[e] === 0) continue;
      take(start[e], length[e]);
      stamp[e] = 0;
    }
    take(start[pivot] + elements[pivot], length[pivot] - elements[pivot]);
    start[pivot] = from;
    length[pivot] = this.end - from;
    elements[pivot] = 0;
    if (this.now > 2 ** 30) this.resetStamps();
    stamp[pivot] = this.now;
    return total;
  }

  /** Sets the stamp of each element that shares variables with the new one to `now` + the weight of those that it does not share. */
  private measureElements(from: number, to: number): void {
    const {lists, start, elements, weight, degree, stamp, now} = this;
    for (let at = from; at < to; at++) {
      const i = lists[at];
      for (let k = start[i]; k < start[i] + elements[i]; k++) {
        const e = lists[k];
        if (stamp[e] === 0) continue;
        if (stamp[e] < now) stamp[e] = degree[e] + now;
        stamp[e] += weight[i];
      }
    }
  }

  /**
   * Cleans the list of a variable of the new element, and bounds its degree outside of it.
   *
   * @returns Whether anything but the new element is next to it.
   */
  private updateDegree(i: number, pivot: number): boolean {
    const {lists, start, length, elements, weight, degree, stamp, now} = this;
    const from = start[i];
    const middle = from + elements[i];
    const to = from + length[i];
    let end = from;
    let outside = 0;
    let sum = pivot;
    for (let at = from; at < middle; at++) {
      const e = lists[at];
      if (stamp[e] === 0) continue;
      if (stamp[e] === now) {
        // It lies inside the new one.
        stamp[e] = 0;
        continue;
      }
      outside += stamp[e] - now;
      sum += e;
      lists[end++] = e;
    }
    const kept = end - from;
    for (let at = middle; at < to; at++) {
      const j = lists[at];
      if (weight[j] <= 0) continue;
      outside += weight[j];
      sum += j;
      lists[end++] = j;
    }
    if (end === from) return false;
    // Something was dropped, the pivot or an element of it, so there is room for the new element at the front.
    lists[end] = lists[from + kept];
    lists[from + kept] = lists[from];
    lists[from] = pivot;
    elements[i] = kept + 1;
    length[i] = end + 1 - from;
    degree[i] = Math.min(degree[i], outside);
    this.equal.remember(i, sum);
    return true;
  }

  /** Moves the lists that are still needed together. */
  private compact(): void {
    const {lists, start, length, stamp} = this;
    const moved = new Int32Array(lists.length);
    this.end = 0;
    for (let i = 0; i < this.n; i++) {
      if (stamp[i] === 0) continue;
      moved.set(lists.subarray(start[i], start[i] + length[i]), this.end);
      start[i] = this.end;
      this.end += length[i];
    }
    this.lists = moved;
  }

  private resetStamps(): void {
    const {stamp} = this;
    for (let i = 0; i < stamp.length; i++) if (stamp[i] !== 0) stamp[i] = 1;
    this.now = 2;
  }
}
