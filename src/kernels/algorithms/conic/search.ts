/** @file Finds the solution of one conic program, or a proof that there is none, with the interior-point method and Newton's method. */
import {conicError, provesInfeasible, provesUnbounded, type Verdict} from './certificate.js';
import {unitsOf} from './equilibrate.js';
import {above, withExactZeros, withoutNoise} from './exact-zeros.js';
import {interiorPoint} from './interior-point.js';
import {flattened, kinksOf} from './kinks.js';
import {balanceOf, newtonStep, pointOf, remainderOf, type Guess, type NewtonOptions} from './polish.js';
import {
  inner,
  largestOf,
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
/** While the interior point goes on, Newton's method ends where neither the error is halved nor the remainder multiplied by this. */
const FAST = 0.05;
/** Afterwards it ends after this many steps in which neither has halved. */
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
/** Entries whose terms are below such a share of the other terms in their rows and columns do not matter. */
const NEGLIGIBLE = [1e-13, 1e-8];
/** The remainder of the equations, in units near one, at which Newton's method has converged. */
const CONVERGED = 1e-12;
/** The same for the entries of a ray. */
const RAY_NOISE = [0, 1e-10, 1e-7, 1e-4];
/** The largest number in f32. */
const LARGEST = 3.4028234663852886e38;

/** A point from which Newton's method has been tried. */
interface Attempt {
  /** The problem in the units `at`, and the point in these units. */
  problem: ConicProblem;
  at: ConicUnits;
  start: Guess;
  /** The root of sᵀy, for one block. */
  middle: number;
}

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
 * Runs the interior-point method, and Newton's method from its iterates.
 *
 * @param given The problem in whose conditions the error is measured.
 */
export function search(
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
  /** The last one first. */
  const attempts: Attempt[] = [];
  let tryBelow = TRY_BELOW;
  const consider = (point: ConicIterate, at: ConicUnits, remainder: number) => {
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
    // Entries that only rounding keeps from zero can be told when nothing else is left.
    if (least <= tolerance || remainder > CONVERGED) return least;
    for (const share of NEGLIGIBLE) {
      measure(withExactZeros(problem, unscaled(point, at), share));
      if (least <= EXACT) return least;
    }
    return least;
  };
  /** Runs Newton's method, and considers each of its points. */
  const newton = (
    {problem: own, at, start}: Attempt,
    {isLast, ...options}: NewtonOptions & {isLast: boolean},
  ) => {
    let guess = start;
    let error = consider(pointOf(own, guess.z, guess.v), at, Infinity);
    let least = remainderOf(own, guess);
    let idle = 0;
    for (let step = 0; step < NEWTON_STEPS && error > EXACT && idle < (isLast ? IDLE_STEPS : 1); step++) {
      guess = newtonStep(own, guess, options);
      const remainder = remainderOf(own, guess);
      const now = consider(pointOf(own, guess.z, guess.v), at, isLast ? 0 : remainder);
      idle = now < 0.5 * error || remainder < (isLast ? 0.5 : FAST) * least ? 0 : idle + 1;
      error = Math.min(error, now);
      least = Math.min(least, remainder);
    }
  };
  /** Runs Newton's method from a point of the scaled problem. */
  const finish = (point: ConicIterate) => {
    const factors = balanceOf(even, point);
    // y is divided by the factors because the rows are multiplied by them.
    const at = {...units, rows: units.rows.map((value, i) => value * factors[i])};
    const own = rescaled(unscaled(point, units), at);
    const start = {z: own.z, v: own.y.map((value, i) => value - own.s[i])};
    const middle = Math.sqrt(Math.abs(inner(own.y, own.s)) / problem.blocks.length);
    const attempt = {problem: scaled(problem, at), at, start, middle};
    attempts.unshift(attempt);
    newton(attempt, {isLast: false});
  };
  /** Tries harder from one of these points. */
  const insist = (attempt: Attempt) => {
    const {problem: own, start, middle} = attempt;
    newton(attempt, {isLast: true});
    let last = 0;
    for (const factor of KINKS) {
      const kinks = kinksOf(own, start.v, factor * middle);
      const count = kinks.reduce((sum, value) => sum + value, 0);
      if (count === last) continue;
      last = count;
      const flat = {...attempt, start: {...start, v: flattened(own, start.v, kinks)}};
      for (const rank of RANKS) {
        if (state.residual <= tolerance) return;
        newton(flat, {kinks, rank, isLast: true});
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
  for (const attempt of attempts) {
    if (state.residual <= tolerance || state.outcome !== 'unsolved' || state.ray) break;
    insist(attempt);
  }
  if (state.residual <= tolerance && state.outcome === 'unsolved') state.outcome = 'solved';
  return state;
}
