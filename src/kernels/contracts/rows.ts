/** @file Work on float32 rows, one after another: the contracts of their two implementations. */

/**
 * Projection onto a simplex, one row after another; `mean` receives one entry per row.
 *
 * An entry −∞ is removed and becomes 0; a row with only such entries becomes 0. A row with NaN or +∞ becomes NaN.
 */
export interface SimplexRows {
  project(x: Float32Array, rows: number, n: number, scale: Float32Array, out: Float32Array): void;
  gradient(
    y: Float32Array,
    dy: Float32Array,
    rows: number,
    n: number,
    dx: Float32Array,
    mean: Float32Array,
  ): void;
}

/** Isotonic regression, one row after another. */
export interface IsotonicRows {
  /** y, and for each entry the index of the first of its block. */
  project(
    x: Float32Array,
    rows: number,
    n: number,
    increasing: boolean,
    y: Float32Array,
    block: Float32Array,
  ): void;
  /** The means of dy over the blocks. */
  gradient(dy: Float32Array, block: Float32Array, rows: number, n: number, dx: Float32Array): void;
}

/** Sums of outer products, one sample after another. */
export interface OuterRows {
  /** out = a bᵀ + c dᵀ for each row of a, c [batch, rows] and b, d [batch, columns]; without c and d, a bᵀ alone. */
  sum(
    pairs: {a: Float32Array; b: Float32Array; c?: Float32Array; d?: Float32Array},
    batch: number,
    rows: number,
    columns: number,
    out: Float32Array,
  ): void;
}
