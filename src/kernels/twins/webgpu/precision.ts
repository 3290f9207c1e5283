/** @file The operations of a factorisation as WGSL, in f32 or in doubles: the same code is written once and made for both. */

/** WGSL of operations on values of one precision. */
export interface Precision {
  /** The end of the names of functions. */
  suffix: string;
  type: string;
  one: string;
  /** Reads and writes an area. */
  read: string;
  write: string;
  /** A value of this precision from an f32. */
  of: (value: string) => string;
  /** The halves of a sum of doubles brought into order; see `double.wgsl.ts`. */
  normal: (value: string) => string;
  product: (a: string, b: string) => string;
  /** s − a b. */
  take: (s: string, a: string, b: string) => string;
  /** The leading part. */
  high: (value: string) => string;
  inverseRoot: (value: string) => string;
  /** Entry p of the diagonal of P, lifted and regularised. */
  diagonal: (p: string) => string;
  /** The negative of a product of two f32. */
  negative: (a: string, b: string) => string;
  /** The diagonal entry of kept row h. */
  kept: (h: string) => string;
}

export const SINGLE: Precision = {
  ...{suffix: 'single', type: 'f32', one: '1f', read: 'rd', write: 'wr'},
  of: (value) => value,
  normal: (value) => value,
  product: (a, b) => `${a} * ${b}`,
  take: (s, a, b) => `take_single(${s}, ${a}, ${b})`,
  high: (value) => value,
  inverseRoot: (value) => `inverseSqrt(${value})`,
  diagonal: (p) => `${p} * (1 + lift_of) + delta`,
  negative: (a, b) => `-${a} * ${b}`,
  kept: (h) => `-rd($hard_w, ${h}) - delta`,
};

export const DOUBLE: Precision = {
  ...{suffix: 'double', type: 'D', one: 'D(1, 0)', read: 'rdd', write: 'wrd'},
  of: (value) => `wide(${value})`,
  normal: (value) => `quick(${value}.x, ${value}.y)`,
  product: (a, b) => `mul(${a}, ${b})`,
  take: (s, a, b) => `take_double(${s}, ${a}, ${b})`,
  high: (value) => `${value}.x`,
  inverseRoot: (value) => `div(D(1, 0), root(${value}))`,
  diagonal: (p) => `add(add(wide(${p}), times(lift_of, ${p})), wide(delta))`,
  negative: (a, b) => `times(-${a}, ${b})`,
  kept: (h) => `-add(wide(rd($hard_w, ${h})), wide(delta))`,
};

/** The functions that `take` calls, and the place of an entry of a triangle that is stored row by row. */
export const TAKES = `
// A shift, because a division of integers is guarded against zero.
fn in_triangle(row: i32, column: i32) -> i32 { return ((row * (row + 1)) >> 1u) + column; }
fn take_single(s: f32, a: f32, b: f32) -> f32 { return s - a * b; }
fn take_double(s: D, a: D, b: D) -> D {
  let p = times(a.x, b.x);
  let t = sum(s.x, -p.x);
  return D(t.x, s.y + (t.y - (p.y + (a.x * b.y + a.y * b.x))));
}
`;
