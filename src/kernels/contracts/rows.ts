/** @file Contracts for work on float32 rows, one after another. Each has two implementations. */
import type {Floats} from './vectors.js';

/**
 * Projection onto a simplex, one row after another; `mean` receives one entry per row.
 *
 * An entry −∞ is removed and becomes 0; a row with only such entries becomes 0. A row with NaN or +∞ becomes NaN.
 */
export interface SimplexRows {
  project(x: Floats, rows: number, n: number, scale: Floats, out: Floats): void;
  gradient(y: Floats, dy: Floats, rows: number, n: number, dx: Floats, mean: Floats): void;
}

/** Isotonic regression, one row after another. */
export interface IsotonicRows {
  /** Computes y, and for each entry the index of the first entry of its block. */
  project(x: Floats, rows: number, n: number, increasing: boolean, y: Floats, block: Floats): void;
  /** Computes the means of dy over the blocks. */
  gradient(dy: Floats, block: Floats, rows: number, n: number, dx: Floats): void;
}

/** Sums of outer products, one sample after another. */
export interface OuterRows {
  /** out = a bᵀ + c dᵀ for each row of a, c [batch, rows] and b, d [batch, columns]; without c and d, only a bᵀ. */
  sum(
    pairs: {a: Floats; b: Floats; c?: Floats; d?: Floats},
    batch: number,
    rows: number,
    columns: number,
    out: Floats,
  ): void;
}
