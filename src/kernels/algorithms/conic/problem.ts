/** @file A conic program in f64, with its units and products. */
import type {ConeBlock} from './cones.js';

/** Minimise cᵀz subject to Ez + s = d, s ∈ K. */
export interface ConicProblem {
  p: number;
  m: number;
  /** Shape [p]. */
  c: Float64Array;
  /** Shape [m, p], row-major. */
  E: Float64Array;
  /** Shape [m]. */
  d: Float64Array;
  blocks: ConeBlock[];
}

/** A primal-dual point, or a ray. */
export interface ConicIterate {
  z: Float64Array;
  y: Float64Array;
  s: Float64Array;
}

/** E is scaled to rows·E·columns, d to rows·d/ofD, and c to columns·c/ofC. The rows of a block share one scale. */
export interface ConicUnits {
  rows: Float64Array;
  columns: Float64Array;
  ofC: number;
  ofD: number;
}

/** Returns Ez. */
export function timesE({p, m, E}: ConicProblem, z: Float64Array): Float64Array {
  const out = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    let sum = 0;
    for (let j = 0; j < p; j++) sum += E[i * p + j] * z[j];
    out[i] = sum;
  }
  return out;
}

/** Returns Eᵀy. */
export function timesTransposedE({p, m, E}: ConicProblem, y: Float64Array): Float64Array {
  const out = new Float64Array(p);
  for (let i = 0; i < m; i++) {
    if (y[i] !== 0) for (let j = 0; j < p; j++) out[j] += E[i * p + j] * y[i];
  }
  return out;
}

export function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The largest magnitude of the entries; NaN if an entry is NaN. */
export function largestOf(v: Float64Array): number {
  let most = 0;
  for (const value of v) most = Math.max(most, Math.abs(value));
  return most;
}

/** The entries of v that belong to a block. */
export function partOf({start, size}: ConeBlock, v: Float64Array): Float64Array {
  return v.subarray(start, start + size);
}

export function scaled(problem: ConicProblem, {rows, columns, ofC, ofD}: ConicUnits): ConicProblem {
  const {p, E, c, d} = problem;
  return {
    ...problem,
    c: c.map((value, j) => (value * columns[j]) / ofC),
    E: E.map((value, at) => value * rows[Math.floor(at / p)] * columns[at % p]),
    d: d.map((value, i) => (value * rows[i]) / ofD),
  };
}

/** Converts a point of the scaled problem to the user's units. */
export function unscaled({z, y, s}: ConicIterate, {rows, columns, ofC, ofD}: ConicUnits): ConicIterate {
  return {
    z: z.map((value, j) => value * columns[j] * ofD),
    y: y.map((value, i) => value * rows[i] * ofC),
    s: s.map((value, i) => (value / rows[i]) * ofD),
  };
}

/** Converts a point in the user's units to the scaled problem. */
export function rescaled({z, y, s}: ConicIterate, {rows, columns, ofC, ofD}: ConicUnits): ConicIterate {
  return {
    z: z.map((value, j) => value / columns[j] / ofD),
    y: y.map((value, i) => value / rows[i] / ofC),
    s: s.map((value, i) => (value * rows[i]) / ofD),
  };
}
