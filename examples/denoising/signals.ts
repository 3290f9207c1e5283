/** @file Signals with noise: steps, and ramps. */
import type {Random} from '../support/random.js';

/** Rows of `length` numbers: the signals, and the same with noise. */
export interface Signals {
  clean: number[][];
  noisy: number[][];
}

/** 'steps' are constant between their jumps; 'ramps' are straight lines between their corners. */
export type Kind = 'steps' | 'ramps';

/** The share of positions where a new piece starts. */
const BREAKS = 0.1;
const NOISE = 0.3;

/** Signals with values of about 1, and normal noise of standard deviation 0.3. */
export function makeSignals(kind: Kind, count: number, length: number, random: Random): Signals {
  const clean = Array.from({length: count}, () => (kind === 'steps' ? steps : ramps)(length, random));
  return {clean, noisy: clean.map((row) => row.map((value) => value + NOISE * random.normal()))};
}

function steps(length: number, random: Random): number[] {
  let level = random.normal();
  return Array.from({length}, () => {
    if (random.uniform() < BREAKS) level = random.normal();
    return level;
  });
}

function ramps(length: number, random: Random): number[] {
  const corners = [0, length - 1];
  for (let i = 1; i < length - 1; i++) if (random.uniform() < BREAKS) corners.push(i);
  corners.sort((a, b) => a - b);
  const heights = corners.map(() => random.normal());
  return Array.from({length}, (_, i) => {
    const k = Math.max(
      0,
      corners.findIndex((corner) => corner >= i),
    );
    if (corners[k] === i) return heights[k];
    const share = (i - corners[k - 1]) / (corners[k] - corners[k - 1]);
    return (1 - share) * heights[k - 1] + share * heights[k];
  });
}
