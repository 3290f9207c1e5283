/** @file Finds the solution of one conic program, or a proof that there is none, with the interior-point method and Newton's method. */
import {conicError, provesInfeasible, provesUnbounded, type Verdict} from './certificate.js';
import {unitsOf} from './equilibrate.js';
import {withExactZeros} from './exact-zeros.js';
import {interiorPoint} from './interior-point.js';
import {flattened, kinksOf} from './kinks.js';
import {balanceOf, newtonStep, pointOf, type Guess, type NewtonOptions} from './polish.js';
import {
  inner,
  largestOf,
  partOf,
  rescaled,
  scaled,
  unscaled,
  type ConicIterate,
  type ConicProblem,
  type ConicUnits,
} from './problem.js';

export type ConicOutcome = 'solved' | 'infeasible' | 'unbounded' | 'unsolved';

/** An error at which nothing more can be gained. */
const EXACT = 1e-13;
/**
 * Newton's method is first tried at an iterate with an error below TRY_BELOW. Before the next try the error must fall by the factor
 * TRY_AGAIN.
 */
const TRY_BELOW = 1e-3;
const TRY_AGAIN = 0.1;
const NEWTON_STEPS = 8;
/** Newton's method ends after this many steps in which neither the error nor the remainder of its equations has halved. */
const IDLE_STEPS = 2;
/**
 * Where Newton's method does not reach a solution, spectral values of y − s that are below such a multiple of the root of sᵀy are set to zero:
 * between the one that is zero and the one that is not, an interior point has both of that size.
 */
const KINKS = [3, 30, 300];
/** Shares that are tried in that case: remainders of columns below it count as zero. */
const RANKS = [1e-13, 1e-6];
/** Shares that are tried: entries below the share are set to zero if that makes the error smaller. */
const NOISE = [1e-12, 1e-15, 0];
/** Entries whose terms are below such a share of all terms beside them do not matter. */
const NEGLIGIBLE = [1e-13, 1e-8];
/** The same for the entries of a ray. */
const RAY_NOISE = [0, 1e-10, 1e-7, 1e-4];
/** The largest number in f32. */
const LARGEST = 3.4028234663852886e38;
/** The most contradictions of the size of rounding that are removed. */
const MAX_SHIFTS = 30;

/** The best result that the solvers have seen. */
export interface Search {
  outcome: ConicOutcome;
  iterations: number;
  point: ConicIterate | null;
  residual: number;
  units: ConicUnits | null;
  ray: ConicIterate | null;
}

/**
 * Solves a problem whose rays may be caused by rounding. If y proves a contradiction that rounding d to f32 could have caused, d is moved
 * to remove it, by the least share of each entry. c is treated in the same way.
 */
export function solveConsistent(given: ConicProblem, tolerance: number, maxIterations: number): Search {
  let problem = given;
  let iterations = 0;
  for (let shift = 0; ; shift++) {
    const found = search(problem, given, tolerance, maxIterations);
    iterations += found.iterations;
    const {ray, outcome} = found;
    if (outcome !== 'unsolved' || !ray || shift === MAX_SHIFTS) return {...found, iterations};
    const [infeasible, unbounded] = [provesInfeasible(problem, ray.y), provesUnbounded(problem, ray.z)];
    if (infeasible === 'rounding') problem = {...problem, d: reconciled(problem.d, ray.y)};
    else if (unbounded === 'rounding') problem = {...problem, c: reconciled(problem.c, ray.z)};
    else return {...found, iterations};
  }
}

/** v + δ with ⟨v + δ, ray⟩ = 0 and the least Σ(δ/v)². */
function reconciled(v: Float64Array, ray: Float64Array): Float64Array {
  const weights = v.map((value, i) => value * value * ray[i]);
  const size = inner(weights, ray);
  const factor = -inner(v, ray) / size;
  return v.map((value, i) => value + (1 + 1e-9) * factor * weights[i]);
}

const above = (v: Float64Array, least: number) => v.map((value) => (Math.abs(value) > least ? value : 0));

/**
 * The iterate with small entries set to zero. The limit for z is a share of its largest entry or of one, and the limit for y and s is a
 * share of the largest entry of each block.
 */
function withoutNoise({blocks}: ConicProblem, {z, y, s}: ConicIterate, share: number): ConicIterate {
  if (share === 0) return {z, y, s};
  const above = (v: Float64Array, size: number) =>
    v.map((value) => (Math.abs(value) > share * size ? value : 0));
  const inBlocks = (v: Float64Array) => {
    const out = new Float64Array(v);
    for (const block of blocks) partOf(block, out).set(above(partOf(block, v), largestOf(partOf(block, v))));
    return out;
  };
  return {z: above(z, Math.max(1, largestOf(z))), y: inBlocks(y), s: inBlocks(s)};
}

/** Runs the interior-point method, and Newton's method from its iterates. */
function search(
  problem: ConicProblem,
  given: ConicProblem,
  tolerance: number,
  maxIterations: number,
): Search {
  const units = unitsOf(problem);
  const even = scaled(problem, units);
  const state: Search = {
    ...{outcome: 'unsolved', iterations: 0, point: null},
    ...{residual: Infinity, units: null, ray: null},
  };
  let tryBelow = TRY_BELOW;
  const consider = (point: ConicIterate, at: ConicUnits) => {
    let least = Infinity;
    const measure = (own: ConicIterate) => {
      if (![own.z, own.y].every((v) => v.every((value) => Math.abs(value) <= LARGEST))) return;
      const residual = conicError(given, own);
      if (residual < state.residual) Object.assign(state, {residual, point: own, units: at});
      least = Math.min(least, residual);
    };
    for (const noise of NOISE) {
      measure(unscaled(withoutNoise(problem, point, noise), at));
      if (least <= EXACT) return least;
    }
    if (least <= tolerance) return least;
    for (const share of NEGLIGIBLE) {
      measure(withExactZeros(problem, unscaled(point, at), share));
      if (least <= EXACT) return least;
    }
    return least;
  };
  /** Runs Newton's method, and considers each of its points. */
  const newton = (balanced: ConicProblem, at: ConicUnits, start: Guess, options: NewtonOptions = {}) => {
    let guess = start;
    let error = consider(pointOf(balanced, guess.z, guess.v), at);
    let least = Infinity;
    let idle = 0;
    for (let step = 0; step < NEWTON_STEPS && error > EXACT && idle < IDLE_STEPS; step++) {
      const next = newtonStep(balanced, guess, options);
      guess = next;
      const now = consider(pointOf(balanced, guess.z, guess.v), at);
      idle = now < 0.5 * error || next.error < 0.5 * least ? 0 : idle + 1;
      error = Math.min(error, now);
      least = Math.min(least, next.error);
    }
  };
  /** Runs Newton's method from a point of the scaled problem. */
  const finish = (point: ConicIterate) => {
    const factors = balanceOf(even, point);
    // y is divided by the factors because the rows are multiplied by them.
    const at = {...units, rows: units.rows.map((value, i) => value * factors[i])};
    const balanced = scaled(problem, at);
    const own = rescaled(unscaled(point, units), at);
    const start: Guess = {z: own.z, v: own.y.map((value, i) => value - own.s[i])};
    newton(balanced, at, start);
    const middle = Math.sqrt(Math.abs(inner(own.y, own.s)) / problem.blocks.length);
    let last = 0;
    for (const factor of KINKS) {
      const kinks = kinksOf(balanced, start.v, factor * middle);
      const count = kinks.reduce((sum, value) => sum + value, 0);
      if (count === last) continue;
      last = count;
      for (const rank of RANKS) {
        if (state.residual <= tolerance) return;
        newton(balanced, at, {...start, v: flattened(balanced, start.v, kinks)}, {kinks, rank});
      }
    }
  };
  state.iterations = interiorPoint(even, maxIterations, ({point, ray, tau, kappa, error}) => {
    if (error < tryBelow) {
      finish(point);
      tryBelow = Math.min(tryBelow, error) * TRY_AGAIN;
      if (state.residual <= EXACT) return true;
    }
    if (!(kappa > tau)) return false;
    for (const share of RAY_NOISE) {
      const clean = {
        ...ray,
        y: above(ray.y, share * largestOf(ray.y)),
        z: above(ray.z, share * largestOf(ray.z)),
      };
      const own = unscaled(clean, units);
      const verdicts: [Verdict, ConicOutcome][] = [
        [provesInfeasible(problem, own.y), 'infeasible'],
        [provesUnbounded(problem, own.z), 'unbounded'],
      ];
      for (const [verdict, outcome] of verdicts) {
        if (verdict === 'nothing') continue;
        state.ray = own;
        if (verdict === 'proof') state.outcome = outcome;
        return true;
      }
    }
    return false;
  });
  if (state.residual <= tolerance && state.outcome === 'unsolved') state.outcome = 'solved';
  return state;
}
