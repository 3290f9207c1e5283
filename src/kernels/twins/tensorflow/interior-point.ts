/**
 * @file A primal–dual interior-point method on the homogeneous self-dual embedding of a batch of quadratic programs, with Mehrotra's
 * predictor and corrector.
 *
 * A sample that has converged stays as it is while the others go on. Goulart & Chen (2024, arXiv 2405.12762), section 3.
 */
import {
  abs,
  allFalse,
  and,
  chosen,
  dot,
  filled,
  isAtLeast,
  isAtMost,
  isFinite,
  isGreater,
  isLess,
  maximum,
  max,
  maxAbs,
  minus,
  mul,
  mulT,
  neg,
  not,
  or,
  over,
  plus,
  minimum,
  broadcastTo,
  tidy,
  times,
  addN,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';
import {Embedding, type State} from './embedding.js';
import {embeddingStep} from './embedding-step.js';
import {KktFactors} from './kkt-factors.js';
import type {Point, Problem} from './problem.js';

/** The regularisation of the factorisation. */
const DELTA = 1e-11;
/** How far below the tolerance the error must fall. */
const DEEPER = 1e-3;
/** A point with at most this error, the noise of f32 data, may do when no further progress is possible. */
const ACCEPTABLE = 5e-7;
/** The number of iterations without progress after which a sample stops. */
const STALLS = 12;
/** Whether a ray is a proof, and whether it is more than rounding. */
const CERTIFICATE = 1e-8;
const MEANT = 1e-3;
/** All samples take this many steps before the method looks for the first time whether any are left. */
const FIRST_LOOK = 4;

/** The end of each sample, as flags [B, 1, 1]. */
export interface Found {
  /** The best point (x, y, s)/τ, where the sample does not end with a ray. */
  best: Point;
  /** A ray, where it does. */
  ray: Point;
  error: Doubles;
  isInfeasible: Flags;
  isUnbounded: Flags;
  iterations: Doubles;
}

export interface Limits {
  tolerance: number;
  maxIterations: number;
  /** The most refinements of each linear system. */
  corrections: number;
  /** The error at which a sample ends. Default: far below the tolerance, as rows with small terms need it. */
  until?: number;
}

export function interiorPoint(problem: Problem, limits: Limits): Found {
  const {maxIterations} = limits;
  const embedding = new Embedding(problem);
  let state = tidy(() => start(embedding));
  for (let k = 0; ; k++) {
    const isLast = k === maxIterations;
    const before = state;
    state = tidy(() => next(embedding, limits, before, isLast));
    if (isLast) break;
    if (k >= FIRST_LOOK && chosen(not(state.isDone)).count === 0) break;
  }
  const {best, bestError, iterations, isInfeasible, isUnbounded, x, y, s} = state;
  return {best, ray: {x, y, s}, error: bestError, iterations, isInfeasible, isUnbounded};
}

/** The problem where every slack is penalised by its square instead of bounded, moved into the cone. */
function start(embedding: Embedding): State {
  const {problem, soft, isSoft} = embedding;
  const {P, C, q, d, batch, n, k, m} = problem;
  const ofRows = broadcastTo(soft, [batch, k + m, 1]);
  const {x, y} = new KktFactors(P, C, embedding.rows(ofRows, ofRows), DELTA).refined(neg(q), d, 1);
  const inside = (v: Doubles) => {
    const low = neg(max(where(isSoft, neg(v), -Infinity)));
    return where(isSoft, plus(v, maximum(0, minus(1, low))), v);
  };
  const each = [batch, 1, 1];
  const zeros: Point = {
    x: filled([batch, n, 1], 0),
    y: filled([batch, k + m, 1], 0),
    s: filled([batch, k + m, 1], 0),
  };
  return {
    x,
    y: m > 0 ? inside(y) : y,
    s: m > 0 ? where(isSoft, inside(neg(y)), 0) : zeros.s,
    tau: filled(each, 1),
    kappa: filled(each, 1),
    delta: filled(each, DELTA),
    best: zeros,
    bestError: filled(each, Infinity),
    stalls: filled(each, 0),
    iterations: filled(each, 0),
    isDone: allFalse(each),
    isInfeasible: allFalse(each),
    isUnbounded: allFalse(each),
  };
}

/** Measures the point, decides for each sample whether it ends here, and takes a step with the others. */
function next(embedding: Embedding, limits: Limits, state: State, isLast: boolean): State {
  const {problem, maxQ, maxD} = embedding;
  const {tolerance, until = DEEPER * tolerance} = limits;
  const {P, C, q, d, m} = problem;
  const {x, y, s, tau, kappa, isDone, best, bestError, stalls} = state;
  const [Px, Cty, Cx] = [mul(P, x), mulT(C, y), mul(C, x)];
  const rx = addN(Px, Cty, times(tau, q));
  const together = plus(Cx, s);
  const ry = minus(together, times(tau, d));
  const [xPx, qx, dy] = [dot(x, Px), dot(q, x), dot(d, y)];
  const mu = over(plus(times(tau, kappa), dot(s, y)), m + 1);
  const curved = over(xPx, tau);
  const gap = addN(curved, qx, dy);
  const half = times(0.5, curved);
  const primal = over(maxAbs(ry), maximum(tau, maximum(maximum(maxAbs(Cx), max(s)), times(tau, maxD))));
  const [maxPx, ctyNorm] = [maxAbs(Px), maxAbs(Cty)];
  const dual = over(maxAbs(rx), maximum(tau, maximum(maximum(maxPx, ctyNorm), times(tau, maxQ))));
  const scale = maximum(tau, minimum(abs(plus(half, qx)), abs(plus(half, dy))));
  const error = maximum(maximum(primal, dual), over(abs(gap), scale));
  const isSound = and(isFinite(error), isFinite(mu));
  const open = and(not(isDone), isSound);
  const improves = and(and(open, isLess(error, bestError)), isGreater(tau, 0));
  const clearly = and(improves, isLess(error, times(0.9, bestError)));
  const nextStalls = where(clearly, 0, plus(stalls, 1));
  const keep = (now: Doubles, old: Doubles) => where(improves, over(now, tau), old);
  const nextBest: Point = {x: keep(x, best.x), y: keep(y, best.y), s: keep(s, best.s)};
  const nextError = where(improves, error, bestError);
  const meant = times(MEANT, maximum(tau, kappa));
  const infeasible = and(isGreater(neg(dy), meant), isAtMost(ctyNorm, times(-CERTIFICATE, dy)));
  const flat = isAtMost(maximum(maxPx, maxAbs(together)), times(-CERTIFICATE, qx));
  const unbounded = and(and(isGreater(neg(qx), meant), flat), not(infeasible));
  const converged = or(
    isAtMost(error, until),
    and(isAtMost(nextError, tolerance), isGreater(nextStalls, 0)),
    and(isAtMost(nextError, ACCEPTABLE), isAtLeast(nextStalls, STALLS)),
  );
  const ends = or(converged, infeasible, unbounded, not(isSound), isAtLeast(nextStalls, STALLS));
  const isRay = and(open, not(converged));
  const measured = {
    best: nextBest,
    bestError: nextError,
    stalls: where(open, nextStalls, stalls),
    isDone: or(isDone, ends),
    isInfeasible: or(state.isInfeasible, and(isRay, infeasible)),
    isUnbounded: or(state.isUnbounded, and(isRay, unbounded)),
  };
  if (isLast) return {...state, ...measured};
  const rTau = plus(gap, kappa);
  return {
    ...state,
    ...measured,
    ...embeddingStep(embedding, state, measured.isDone, {Px, rx, ry, mu, rTau}, limits.corrections),
  };
}
