/** @file The variables of each degree, so that one of the least degree is found at once. */

const NONE = -1;

export class DegreeLists {
  /** For each degree, a list that is linked both ways. */
  private readonly first: Int32Array;
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private lowest = 0;

  /** @param degree Of each variable. It must not change while the variable is listed. */
  constructor(private readonly degree: Int32Array) {
    const n = degree.length;
    this.first = new Int32Array(n + 1).fill(NONE);
    this.next = new Int32Array(n);
    this.previous = new Int32Array(n);
  }

  add(i: number): void {
    const {degree, first, next, previous} = this;
    const d = degree[i];
    previous[i] = NONE;
    next[i] = first[d];
    if (first[d] !== NONE) previous[first[d]] = i;
    first[d] = i;
    if (d < this.lowest) this.lowest = d;
  }

  remove(i: number): void {
    const {degree, first, next, previous} = this;
    if (next[i] !== NONE) previous[next[i]] = previous[i];
    if (previous[i] !== NONE) next[previous[i]] = next[i];
    else first[degree[i]] = next[i];
  }

  /** A variable of the least degree. One must be listed. */
  least(): number {
    while (this.first[this.lowest] === NONE) this.lowest++;
    return this.first[this.lowest];
  }
}
