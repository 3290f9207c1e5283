/** @file Three masses in a row, joined by springs, and the waves that the last of them has to follow. */
import type {Random} from '../support/random.js';

/** Positions of the three masses, then their speeds. */
export type State = number[];
export const STATES = 6;
/** The last mass is what has to be in the right place. */
export const LOAD = 2;
/** The first one is driven, and has a largest speed. */
export const DRIVEN_SPEED = 3;
export const FORCE = 4;
export const SPEED = 1;

export const DT = 0.05;
const [STIFFNESS, DAMPING] = [20, 0.3];

/** Positions are updated with the new speeds (the semi-implicit method of Euler), of masses of 1 kg. */
export const {DYNAMICS, INPUT} = discretize();

function discretize(): {DYNAMICS: number[][]; INPUT: number[]} {
  const speedsAfter = (state: State, force: number) => {
    const [x, v] = [state.slice(0, 3), state.slice(3)];
    const pull = (i: number) => STIFFNESS * (x[i + 1] - x[i]) + DAMPING * (v[i + 1] - v[i]);
    const [first, second] = [pull(0), pull(1)];
    return [v[0] + DT * (force + first), v[1] + DT * (second - first), v[2] - DT * second];
  };
  const after = (state: State, force: number) => {
    const v = speedsAfter(state, force);
    return [...v.map((speed, i) => state[i] + DT * speed), ...v];
  };
  const unit = (j: number) => Array.from({length: STATES}, (_, i) => Number(i === j));
  // A column for each state.
  const columns = Array.from({length: STATES}, (_, j) => after(unit(j), 0));
  return {
    DYNAMICS: Array.from({length: STATES}, (_, i) => columns.map((column) => column[i])),
    INPUT: after(Array<number>(STATES).fill(0), 1),
  };
}

export const step = (state: State, force: number): State =>
  DYNAMICS.map((row, i) => row.reduce((sum, a, j) => sum + a * state[j], INPUT[i] * force));

/** Two waves, each with an amplitude along cosine and sine: they turn, and nothing else about them changes. */
export type Waves = number[];
export const WAVES = 4;
const RATES = [0.55, 1.3];

/** The amplitudes `time` seconds later. */
export function turned(waves: Waves, time: number): Waves {
  return RATES.flatMap((rate, k) => {
    const [a, b] = [waves[2 * k], waves[2 * k + 1]];
    const [c, s] = [Math.cos(rate * time), Math.sin(rate * time)];
    return [a * c + b * s, b * c - a * s];
  });
}

/** What each amplitude adds to the height of the waves, `time` seconds from now. */
export const shapes = (time: number): number[] =>
  RATES.flatMap((rate) => [Math.cos(rate * time), Math.sin(rate * time)]);

/** Where the load should be now. */
export const height = (waves: Waves) => waves[0] + waves[2];

/** About 0.8 m of the slow wave and 0.4 m of the fast one. */
export function makeWaves(random: Random): Waves {
  return [0.8, 0.4].flatMap((size) => {
    const [amplitude, phase] = [size * (0.6 + 0.8 * random.uniform()), 2 * Math.PI * random.uniform()];
    return [amplitude * Math.cos(phase), amplitude * Math.sin(phase)];
  });
}
