/** @file Pivots of scaled KKT systems that are rounding. */

/** A pivot below this, or with the wrong sign, is rounding. It is replaced by something larger than rounding. */
export const LEAST_PIVOT = 1e-13;
export const REPLACED = 2e-7;
