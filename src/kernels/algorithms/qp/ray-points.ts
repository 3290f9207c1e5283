/** @file A ray of the scaled problem as it will be given back. */
import type {Point} from './types.js';
import {maxAbs} from './vectors.js';

/** Entries of a ray below this part of its largest are rounding. */
const NOISE = 1e-11;

/** Entries of a ray, in scaled units, that are its rounding: where only they stand, nothing would be left to cancel. */
export function dropNoise(values: Float64Array): void {
  const least = NOISE * maxAbs(values);
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) < least) values[i] = 0;
}

/** Scales a ray so that the value along it, which is negative, becomes −1. */
export function normalizeRay({x, y, s}: Point, value: number): void {
  const factor = value < 0 ? -1 / value : 1;
  for (const part of [x, y, s]) for (let i = 0; i < part.length; i++) part[i] *= factor;
}
