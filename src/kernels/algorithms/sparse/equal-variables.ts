/** @file The variables of a quotient graph that have equal neighbours: one of them stands for all. */

const NONE = -1;

/** The lists of a quotient graph. `lists` may be replaced when they move. */
export interface NeighbourLists {
  lists: Int32Array;
  readonly start: Int32Array;
  readonly length: Int32Array;
  readonly elements: Int32Array;
  readonly weight: Int32Array;
}

export class EqualVariables {
  /** The variables for which one stands, in a list that begins with itself. */
  private readonly follower: Int32Array;
  private readonly lastFollower: Int32Array;
  /** Variables with equal hashes, which may have equal lists. */
  private readonly hash: Int32Array;
  private readonly bucket: Int32Array;
  private readonly chain: Int32Array;
  private readonly mark: Int32Array;
  private marks = 0;

  constructor(private readonly n: number) {
    this.follower = new Int32Array(n).fill(NONE);
    this.lastFollower = Int32Array.from({length: n}, (_, i) => i);
    this.hash = new Int32Array(n);
    this.bucket = new Int32Array(n).fill(NONE);
    this.chain = new Int32Array(n).fill(NONE);
    this.mark = new Int32Array(n);
  }

  /** Remembers a variable for the next `merge`. @param sum Of the numbers in its list. */
  remember(i: number, sum: number): void {
    const {hash, bucket, chain, n} = this;
    hash[i] = sum % n;
    chain[i] = bucket[hash[i]];
    bucket[hash[i]] = i;
  }

  /**
   * Lets one of the remembered variables stand for all that have equal lists.
   *
   * @param from The variables are in `lists` from here, up to `to`. Their lists begin with the same element.
   * @param drop Called with each variable for which another one now stands.
   */
  merge(graph: NeighbourLists, from: number, to: number, drop: (i: number) => void): void {
    const {bucket, chain, hash} = this;
    const {lists, length, elements, weight} = graph;
    for (let at = from; at < to; at++) {
      const key = hash[lists[at]];
      if (weight[lists[at]] >= 0) continue;
      for (let i = bucket[key]; i !== NONE; i = chain[i]) {
        if (weight[i] >= 0) continue;
        let marked = false;
        for (let j = chain[i]; j !== NONE; j = chain[j]) {
          if (weight[j] >= 0 || length[j] !== length[i] || elements[j] !== elements[i]) continue;
          if (!marked) this.markList(graph, i);
          marked = true;
          if (!this.isMarked(graph, j)) continue;
          weight[i] += weight[j];
          weight[j] = 0;
          this.join(i, j);
          drop(j);
        }
      }
      bucket[key] = NONE;
    }
  }

  /** Lets `leader` stand for i and all for which i stands. */
  join(leader: number, i: number): void {
    this.follower[this.lastFollower[leader]] = i;
    this.lastFollower[leader] = this.lastFollower[i];
  }

  /** Writes those for which a variable stands to `order`, from `at` on. @returns Where they end. */
  list(leader: number, order: Int32Array, at: number): number {
    for (let i = leader; i !== NONE; i = this.follower[i]) order[at++] = i;
    return at;
  }

  /** Marks what is next to a variable, but for the new element, which is next to all that are compared. */
  private markList({lists, start, length}: NeighbourLists, i: number): void {
    this.marks++;
    for (let at = start[i] + 1; at < start[i] + length[i]; at++) this.mark[lists[at]] = this.marks;
  }

  private isMarked({lists, start, length}: NeighbourLists, i: number): boolean {
    const {mark, marks} = this;
    for (let at = start[i] + 1; at < start[i] + length[i]; at++) if (mark[lists[at]] !== marks) return false;
    return true;
  }
}
