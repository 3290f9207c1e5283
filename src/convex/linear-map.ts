/** @file A linear map of vectors as a list of entries: what an affine atom does to its argument. */

/** y[rows[e]] += values[e] · x[columns[e]] for each entry e. */
export interface LinearMap {
  /** The number of entries of y. */
  size: number;
  rows: Int32Array;
  columns: Int32Array;
  /** `null`: all are 1. */
  values: Float64Array | null;
}

/** Each y takes one entry of x: y[i] = x[places[i]]. */
export function gathering(places: Int32Array): LinearMap {
  return {size: places.length, rows: places.map((_, i) => i), columns: places, values: null};
}

/** Each x goes to one entry of y, where they are added: y[places[i]] += x[i]. */
export function adding(places: Int32Array, size: number, factor = 1): LinearMap {
  const values = factor === 1 ? null : new Float64Array(places.length).fill(factor);
  return {size, rows: places, columns: places.map((_, i) => i), values};
}

/** The map times a number. */
export function scaled(map: LinearMap, factor: number): LinearMap {
  const values = map.values
    ? map.values.map((value) => factor * value)
    : new Float64Array(map.rows.length).fill(factor);
  return {...map, values};
}

/** A map from lists of its entries. */
export function mapOf(
  size: number,
  entries: readonly (readonly [row: number, column: number, value: number])[],
): LinearMap {
  return {
    size,
    rows: Int32Array.from(entries, ([row]) => row),
    columns: Int32Array.from(entries, ([, column]) => column),
    values: Float64Array.from(entries, ([, , value]) => value),
  };
}
