/** @file The thresholds and result names that the algorithm for quadratic programs shares with its WGSL version. */

/** Multiplier and slack both below this, relative to their row's terms: weakly active. */
export const WEAK = 1e-6;

/** The error of a certificate that rounding to f32 allows. */
export const SINGLE = 2 ** -20;

/** The error of a certificate before rounding to f32, unless rounding of f64 explains a larger one. */
export const DOUBLE = 1e-9;

/** The largest error that rounding a solution to f32 causes. */
export const ROUNDING = 2 ** -22;

/** A row that is violated by more than this in f64 may contradict others. */
export const CONSISTENT = 1e-8;

/** A contradiction, relative to its terms, that is larger than rounding to f32 can cause. */
export const CONTRADICTION = 2 ** -20;

/** A multiplier below this, relative to the terms of every variable that it acts on, does not hold its row. */
export const ACTIVE = 1e-9;

/** A row whose slack is above this part of its terms is not held at all. */
export const TIGHT = 1e-5;

/** The smallest weight of an entry that is close to zero, relative to the term of a neighbour. */
export const NEIGHBOUR = 1e-2;

/** How far sizes travel from neighbour to neighbour. */
export const HOPS = 3;

/** A given number below this fraction of the neighbouring terms may be lost among them. */
export const FAR_OUT = 1e-5;

/** It is lost if the remaining error is more than this fraction of it, and more than rounding explains. */
export const IGNORED = 1e-3;

/** Terms this many times larger than their sum leave nothing of it in f64. */
export const HOPELESS = 1e11;

/** A given number below this fraction of the largest is noise instead of a zero. */
export const NOISE = 1e-12;

/** Digits of f32, as a factor. */
export const SINGLE_DIGITS = 2 ** 22;

/** The quotient if the denominator is zero. */
export const UNBOUNDED = 1e9;

/** An inequality counts as distant if its bound is this many times further away than everything that matters. */
export const FAR = 1e4;

/** An entry is f32 rounding if its term is below this fraction of the terms of its row and its variable. */
export const ROUNDING_32 = 1e-8;

/** A row of zeros holds if its right-hand side is off by no more than this. */
export const ZERO = 1e-10;

/** Terms that must cancel along a ray may leave this fraction of their size. */
export const CANCELS = 1e-10;

/** Curvature along a ray, relative to its terms, that rounding of Q to f32 may leave. */
export const FLAT = 2 ** -22;

/** The decrease along a ray must be more than this fraction of its terms. */
export const FALLS = 2 ** -20;

/** A difference of an entry and its mirror image that f32 rounding may leave, relative to the largest entry. */
export const ASYMMETRY = 1e-5;

/** Amounts by which the diagonal is raised, relative to each entry; the last one covers f32 rounding. */
export const LIFTS = [1e-12, 1e-8, 1e-7, 1e-6];

/** From this value on, a right-hand side means that there is no bound, as in other solvers. */
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
