/** @file Keeps the best of several x. */

/** Keeps the x with the smallest value of a measure. */
export class Best {
  readonly solution: Float64Array;

  constructor(
    n: number,
    private least: number,
  ) {
    this.solution = new Float64Array(n);
  }

  /** @returns Whether this is the best so far. */
  offer(x: Float64Array, measure: number): boolean {
    if (!(measure < this.least)) return false;
    this.least = measure;
    this.solution.set(x);
    return true;
  }
}
