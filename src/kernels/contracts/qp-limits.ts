/** @file What the algorithm for quadratic programs and its twin in WGSL agree on: thresholds, and the names of the results. */

/** Multiplier and slack both below this, relative to their row's terms: weakly active. */
export const WEAK = 1e-6;

/** The certificate that rounding to f32 leaves room for. */
export const SINGLE = 2 ** -20;

/** The certificate that a point has before it is rounded, save where rounding of f64 explains more. */
export const DOUBLE = 1e-9;

/** What rounding a solution to f32 costs at most. */
export const ROUNDING = 2 ** -22;

/** A row that is violated by more than this in f64 may contradict others. */
export const CONSISTENT = 1e-8;

/** A contradiction relative to its terms, beyond what rounding to f32 can make. */
export const CONTRADICTION = 2 ** -20;

/** A multiplier below this, relative to the terms of every variable that it acts on, does not hold its row. */
export const ACTIVE = 1e-9;

/** A row whose slack is above this part of its terms is not held at all. */
export const TIGHT = 1e-5;

/** How much of a neighbour's term an entry counts for at least, where it is itself close to zero. */
export const NEIGHBOUR = 1e-2;

/** How far sizes travel from neighbour to neighbour. */
export const HOPS = 3;

/** A given number below this part of the terms beside it may be lost among them. */
export const FAR_OUT = 1e-5;

/** It is lost if more than this part of it is left over, and more than rounding explains. */
export const IGNORED = 1e-3;

/** Terms this many times larger than their sum leave nothing of it in f64. */
export const HOPELESS = 1e11;

/** A given number below this part of the largest is noise in the place of a zero. */
export const NOISE = 1e-12;

/** Digits of f32, as a factor. */
export const SINGLE_DIGITS = 2 ** 22;

/** The quotient of something by nothing. */
export const UNBOUNDED = 1e9;

/** How many times further away than all that matters an inequality is far. */
export const FAR = 1e4;

/** An entry is rounding to f32 if its term is below this part of the terms of every row and variable that it stands in. */
export const ROUNDING_32 = 1e-8;

/** A row of zeros holds if its right-hand side is off by no more than this. */
export const ZERO = 1e-10;

/** What must cancel along a ray may leave this part of its terms. */
export const CANCELS = 1e-10;

/** Curvature along a ray, relative to its terms, that rounding of Q to f32 may leave. */
export const FLAT = 2 ** -22;

/** The fall along a ray must be more than this part of its terms. */
export const FALLS = 2 ** -20;

/** A difference of an entry and its mirror image that f32 rounding may leave, relative to the largest entry. */
export const ASYMMETRY = 1e-5;

/** Lifts of the diagonal that are tried, relative to each entry; the last is what f32 rounding may need. */
export const LIFTS = [1e-12, 1e-8, 1e-7, 1e-6];

/** From here on a right-hand side says that there is no bound, as in other solvers. */
export const NO_BOUND = 1e20;

/** What a solve returns, in this order. */
export const QP_OUTPUTS = [
  'x',
  'ineqDual',
  'eqDual',
  'slack',
  'activity',
  'status',
  'iterations',
  'residual',
  'certificateX',
  'certificateIneq',
  'certificateEq',
] as const;
