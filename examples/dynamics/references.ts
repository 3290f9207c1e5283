/** @file Packings at rest and their sensitivities, in f64 (scripts/reference/particles.py). */
import {readFileSync} from 'node:fs';
import type {Packing} from './packing.js';

/** A packing, and where it comes to rest. */
export interface Reference extends Packing {
  /** Steps of FIRE. */
  iterations: number;
  /** How many discs touch no other. */
  touchingNone: number;
  /** The smallest eigenvalue that is not zero, relative to the largest. */
  smallest: number;
  x: number[][];
  /** ∂x/∂θ. */
  dx: number[][];
}

/** The small diameter, and packings with it: one of 40 discs, two of 128. */
export function readReferences(): {theta: number; packings: Reference[]} {
  const file = new URL('../../test/fixtures/particles.json', import.meta.url);
  const {theta, grid, packings} = JSON.parse(readFileSync(file, 'utf8')) as {
    theta: number;
    /** Positions at the start are multiples of this. */
    grid: number;
    packings: Reference[];
  };
  const scaled = (start: number[][]) => start.map((position) => position.map((value) => value * grid));
  return {theta, packings: packings.map((packing) => ({...packing, start: scaled(packing.start)}))};
}
