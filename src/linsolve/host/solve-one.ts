/** @file Solves one system by runs of a Krylov method, each for the true residual after the last one. */
import {addScaled, difference, norm, scaled} from '../vectors.js';
import {Gain} from './gain.js';
import {leastSquares} from './least-squares.js';
import type {HostMethod, Process} from './process.js';

export interface HostOptions {
  tolerance: number;
  maxIterations: number;
  restart?: number | undefined;
  preconditioned: boolean;
  /** Whether products are in double precision. */
  isDouble: boolean;
  /** Whether the method is for symmetric matrices. */
  symmetric?: boolean | undefined;
}

/** A residual beyond this does not count as rounding, however large ‖A‖‖x‖ is. */
const WORST_ROUNDING = 1e-3;

/** A run that leaves more than this fraction of the residual has stalled; after two such runs in a row the solve ends. */
const STALLED = 0.9;

/** The largest number of runs of a solve: all but a few of them must have helped. */
const QUIET_RUNS = 2;

export interface Solved {
  x: Float64Array;
  converged: boolean;
  steps: number;
  residual: number;
}

/**
 * x with A x = b to ‖b − A x‖ ≤ tolerance·‖b‖, or as close as products in f32 allow. Each run of the method solves for the current true
 * residual; a correction that makes the residual larger is dropped.
 */
export function* solveOne(
  method: HostMethod,
  b: Float64Array,
  {tolerance, maxIterations, restart = maxIterations, preconditioned, symmetric, isDouble}: HostOptions,
): Process<Solved> {
  const n = b.length;
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let x: Float64Array = new Float64Array(n);
  if (largest === 0) return {x, converged: true, steps: 0, residual: 0};
  if (!(largest < Infinity)) return {x, converged: false, steps: 0, residual: Infinity};
  // Solves for a right-hand side of norm 1, so that all values stay in the range of f32.
  const unit = scaled(b, 1 / largest);
  const size = norm(unit);
  unit.forEach((value, i) => (unit[i] = value / size));

  let r = unit;
  let residual = 1;
  let steps = 0;
  const gain = new Gain(isDouble);
  let quiet = 0;
  const rounding = () => Math.min(gain.rounding(norm(x), n), WORST_ROUNDING);
  const solved = () => residual <= Math.max(tolerance, rounding());
  while (steps < maxIterations && quiet < QUIET_RUNS && !solved()) {
    const budget = Math.min(restart, maxIterations - steps);
    const run = yield* method({r, target: 0.5 * tolerance, steps: budget, preconditioned, isDouble});
    steps += Math.max(1, run.steps);
    gain.value = Math.max(gain.value, run.gain);
    let [candidate, left] = yield* corrected(x, run.x, unit);
    if (!(norm(left) <= tolerance)) {
      const safe = yield* corrected(x, run.safe, unit);
      if (!(norm(left) * ALIKE < norm(safe[1]))) [candidate, left] = safe;
    }
    const next = norm(left);
    quiet = next < STALLED * residual ? 0 : quiet + 1;
    if (!(next < residual)) continue;
    [x, r, residual] = [candidate, left, next];
  }
  if (symmetric && residual > WORST_ROUNDING) {
    const run = {r, target: 0.5 * tolerance, steps: maxIterations, preconditioned, isDouble};
    x = yield* leastSquares(method, x, r, run, gain.value);
  }
  return {x: scaled(x, largest * size), converged: solved(), steps, residual};
}

/** Of two x, the one that rounding cannot have spoilt is preferred, unless its residual is larger by this factor. */
const ALIKE = 1.02;

/** x + dx, rounded to f32, and its residual. */
function* corrected(
  x: Float64Array,
  dx: Float64Array,
  b: Float64Array,
): Process<[Float64Array, Float64Array]> {
  const candidate = x.slice();
  addScaled(candidate, 1, dx);
  const image = yield {map: 'A', vector: candidate};
  return [candidate, difference(b, image)];
}
