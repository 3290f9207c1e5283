/** @file Prepares a ray of the scaled problem to be returned. */
import type {Point} from './types.js';
import {maxAbs} from './vectors.js';

/** Entries of a ray below this part of its largest entry are rounding. */
const NOISE = 1e-11;

/** Removes the entries of a ray, in scaled units, that are only rounding. In a row with only such entries, nothing would cancel. */
export function dropNoise(values: Float64Array): void {
  const least = NOISE * maxAbs(values);
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) < least) values[i] = 0;
}

/** Scales a ray so that the value along it, which is negative, becomes −1. */
export function normalizeRay({x, y, s}: Point, value: number): void {
  const factor = -1 / value;
  for (const part of [x, y, s]) for (let i = 0; i < part.length; i++) part[i] *= factor;
}
