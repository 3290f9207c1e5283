/**
 * @file The rows of C with one entry, mostly bounds, eliminated from the KKT system by hand: row i with the entry c of variable j is
 *
 *     c xⱼ − d yᵢ = gᵢ,   d = wᵢ + δ,
 *
 * so it adds c²/d to the curvature of its variable and c gᵢ/d to that one's right-hand side. The factors then have the other rows only.
 */
import type {CompressedRows} from './compressed-rows.js';
import {LEAST_PIVOT, REPLACED} from './pivots.js';
import type {SparseMatrix} from './sparse-matrix.js';

/** The rows of a pattern with a number of entries other than one, in ascending order. */
export function rowsApart({rows, starts}: CompressedRows): Int32Array {
  const apart = new Int32Array(rows);
  let count = 0;
  for (let i = 0; i < rows; i++) if (starts[i + 1] - starts[i] !== 1) apart[count++] = i;
  return apart.slice(0, count);
}

export class SingleRows {
  /** The rows, and the places of their entries. */
  readonly rows: Int32Array;
  readonly places: Int32Array;
  /** 1/d of the latest factorisation; 0 for rows that are left out. */
  private readonly inverse: Float64Array;
  /** How many rows with a small pivot hold each variable. */
  private readonly stiff: Uint32Array;

  constructor(private readonly C: SparseMatrix) {
    const {rows, starts} = C.pattern;
    const found: number[] = [];
    for (let i = 0; i < rows; i++) if (starts[i + 1] - starts[i] === 1) found.push(i);
    this.rows = Int32Array.from(found);
    this.places = this.rows.map((i) => starts[i]);
    this.inverse = new Float64Array(this.rows.length);
    this.stiff = new Uint32Array(C.pattern.width);
  }

  /**
   * curvature += c²/d of each row that is not left out, by a w that is infinite.
   *
   * Nothing was subtracted from d, so a tiny one is no rounding. But where two rows hold a variable, they contradict each other by rounding,
   * and divided by a tiny d that would be a huge multiplier: d is replaced, as a pivot of the factors would be.
   */
  eliminate(w: Float64Array, delta: number, curvature: Float64Array): void {
    const {rows, places, inverse, stiff} = this;
    const {values, pattern} = this.C;
    stiff.fill(0);
    for (let k = 0; k < rows.length; k++) {
      if (w[rows[k]] + delta < REPLACED) stiff[pattern.columns[places[k]]]++;
    }
    for (let k = 0; k < rows.length; k++) {
      const entry = values[places[k]];
      const variable = pattern.columns[places[k]];
      const d = w[rows[k]] + delta;
      const isReplaced = d <= LEAST_PIVOT && (d <= 0 || stiff[variable] > 1);
      inverse[k] = 1 / (isReplaced ? REPLACED : d);
      curvature[variable] += entry * entry * inverse[k];
    }
  }

  /** right += c gᵢ/d. */
  push(g: Float64Array, right: Float64Array): void {
    const {rows, places, inverse} = this;
    const {values, pattern} = this.C;
    for (let k = 0; k < rows.length; k++) {
      right[pattern.columns[places[k]]] += values[places[k]] * g[rows[k]] * inverse[k];
    }
  }

  /** y += the multipliers of these rows, and total += C x, for a solution x of the other rows. */
  recover(x: Float64Array, g: Float64Array, y: Float64Array, total: Float64Array): void {
    const {rows, places, inverse} = this;
    const {values, pattern} = this.C;
    for (let k = 0; k < rows.length; k++) {
      const image = values[places[k]] * x[pattern.columns[places[k]]];
      y[rows[k]] += (image - g[rows[k]]) * inverse[k];
      total[rows[k]] += image;
    }
  }
}
