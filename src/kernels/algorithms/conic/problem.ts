/** @file One conic program in f64, its units, and its products. */
import type {ConeBlock} from './cones.js';

/** min cᵀz subject to Ez + s = d, s ∈ K. */
export interface ConicProblem {
  p: number;
  m: number;
  /** [p]. */
  c: Float64Array;
  /** Row-major [m, p]. */
  E: Float64Array;
  /** [m]. */
  d: Float64Array;
  blocks: ConeBlock[];
}

/** A primal-dual point, or a ray. */
export interface ConicIterate {
  z: Float64Array;
  y: Float64Array;
  s: Float64Array;
}

/** E is seen as rows·E·columns, d as rows·d/ofD, c as columns·c/ofC. A block has one scale for its rows. */
export interface ConicUnits {
  rows: Float64Array;
  columns: Float64Array;
  ofC: number;
  ofD: number;
}

/** out = Ez. */
export function timesE({p, m, E}: ConicProblem, z: Float64Array): Float64Array {
  const out = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    let sum = 0;
    for (let j = 0; j < p; j++) sum += E[i * p + j] * z[j];
    out[i] = sum;
  }
  return out;
}

/** out = Eᵀy. */
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

/** The largest magnitude; NaN if there is one. */
export function largestOf(v: Float64Array): number {
  let most = 0;
  for (const value of v) most = Math.max(most, Math.abs(value));
  return most;
}

/** The entries of a block. */
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

/** A point of the scaled problem in the units of the user. */
export function unscaled({z, y, s}: ConicIterate, {rows, columns, ofC, ofD}: ConicUnits): ConicIterate {
  return {
    z: z.map((value, j) => value * columns[j] * ofD),
    y: y.map((value, i) => value * rows[i] * ofC),
    s: s.map((value, i) => (value / rows[i]) * ofD),
  };
}

/** The other way. */
export function rescaled({z, y, s}: ConicIterate, {rows, columns, ofC, ofD}: ConicUnits): ConicIterate {
  return {
    z: z.map((value, j) => value / columns[j] / ofD),
    y: y.map((value, i) => value / rows[i] / ofC),
    s: s.map((value, i) => (value * rows[i]) / ofD),
  };
}
