/**
 * @file A primal–dual interior-point method on the homogeneous self-dual embedding of a batch of quadratic programs, with Mehrotra's
 * predictor and corrector.
 *
 *     P x + Cᵀy + q τ = 0,   C x + s − d τ = 0,   xᵀP x/τ + qᵀx + dᵀy + κ = 0,   s ∘ y = 0, κτ = 0
 *
 * A sample that has converged stays as it is while the others go on. Goulart & Chen (2024, arXiv 2405.12762), section 3.
 */
import {
  abs,
  all,
  allFalse,
  and,
  asNumber,
  chosen,
  concat,
  constant,
  dot,
  filled,
  isAtLeast,
  isAtMost,
  isFinite,
  isGreater,
  isLess,
  larger,
  max,
  maxAbs,
  minus,
  mul,
  mulT,
  neg,
  not,
  or,
  over,
  part,
  plus,
  smaller,
  spread,
  sum,
  tidy,
  times,
  total,
  turned,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';
import {KktFactors, type Rows} from './kkt-factors.js';
import type {Point, Problem} from './problem.js';

/** The fraction of the distance to the boundary that a step may go. */
const STEP_FRACTION = 0.995;
/** The smallest product of a pair after a step, relative to the mean; and the shorter steps that are tried. */
const CENTRALITY = 1e-3;
const SHORTER = Array.from({length: 24}, (_, i) => 0.8 ** i);
/** The regularisation of the factorisation; it grows if the factorisation fails. */
const DELTA = 1e-11;
const MAX_DELTA = 1e-5;
const GROWTH = 100;
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

interface State extends Point {
  tau: Doubles;
  kappa: Doubles;
  delta: Doubles;
  best: Point;
  bestError: Doubles;
  stalls: Doubles;
  iterations: Doubles;
  isDone: Flags;
  isInfeasible: Flags;
  isUnbounded: Flags;
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
  const method = new Method(problem, limits);
  let state = tidy(() => method.start());
  for (let k = 0; ; k++) {
    const isLast = k === maxIterations;
    const before = state;
    state = tidy(() => method.next(before, isLast));
    if (isLast) break;
    if (k >= FIRST_LOOK && chosen(not(state.isDone)).count === 0) break;
  }
  const {best, bestError, iterations, isInfeasible, isUnbounded, x, y, s} = state;
  return {best, ray: {x, y, s}, error: bestError, iterations, isInfeasible, isUnbounded};
}

class Method {
  /** 1 for inequalities, else 0. */
  private readonly soft: Doubles;
  private readonly isSoft: Flags;
  private readonly A: Doubles | null;
  private readonly maxQ: Doubles;
  private readonly maxD: Doubles;

  constructor(
    private readonly problem: Problem,
    private readonly limits: Limits,
  ) {
    const {isEquality, k, C, q, d} = problem;
    this.isSoft = not(isEquality);
    this.soft = asNumber(this.isSoft);
    this.A = k > 0 ? part(C, 1, 0, k) : null;
    this.maxQ = maxAbs(q);
    this.maxD = maxAbs(d);
  }

  /** The problem where every slack is penalised by its square instead of bounded, moved into the cone. */
  start(): State {
    const {problem, soft, isSoft} = this;
    const {P, C, q, d, batch, n, k, m} = problem;
    const ofRows = spread(soft, [batch, k + m, 1]);
    const {x, y} = new KktFactors(P, C, this.rows(ofRows, ofRows), DELTA).refined(neg(q), d, 1);
    const inside = (v: Doubles) => {
      const low = neg(max(where(isSoft, neg(v), -Infinity)));
      return where(isSoft, plus(v, larger(0, minus(1, low))), v);
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
  next(state: State, isLast: boolean): State {
    const {problem, maxQ, maxD} = this;
    const {tolerance, until = DEEPER * tolerance} = this.limits;
    const {P, C, q, d, m} = problem;
    const {x, y, s, tau, kappa, isDone, best, bestError, stalls} = state;
    const [Px, Cty, Cx] = [mul(P, x), mulT(C, y), mul(C, x)];
    const rx = total(Px, Cty, times(tau, q));
    const together = plus(Cx, s);
    const ry = minus(together, times(tau, d));
    const [xPx, qx, dy] = [dot(x, Px), dot(q, x), dot(d, y)];
    const mu = over(plus(times(tau, kappa), dot(s, y)), m + 1);
    const curved = over(xPx, tau);
    const gap = total(curved, qx, dy);
    const half = times(0.5, curved);
    const primal = over(maxAbs(ry), larger(tau, larger(larger(maxAbs(Cx), max(s)), times(tau, maxD))));
    const [maxPx, ctyNorm] = [maxAbs(Px), maxAbs(Cty)];
    const dual = over(maxAbs(rx), larger(tau, larger(larger(maxPx, ctyNorm), times(tau, maxQ))));
    const scale = larger(tau, smaller(abs(plus(half, qx)), abs(plus(half, dy))));
    const error = larger(larger(primal, dual), over(abs(gap), scale));
    const isSound = and(isFinite(error), isFinite(mu));
    const open = and(not(isDone), isSound);
    const improves = and(and(open, isLess(error, bestError)), isGreater(tau, 0));
    const clearly = and(improves, isLess(error, times(0.9, bestError)));
    const nextStalls = where(clearly, 0, plus(stalls, 1));
    const keep = (now: Doubles, old: Doubles) => where(improves, over(now, tau), old);
    const nextBest: Point = {x: keep(x, best.x), y: keep(y, best.y), s: keep(s, best.s)};
    const nextError = where(improves, error, bestError);
    const meant = times(MEANT, larger(tau, kappa));
    const infeasible = and(isGreater(neg(dy), meant), isAtMost(ctyNorm, times(-CERTIFICATE, dy)));
    const flat = isAtMost(larger(maxPx, maxAbs(together)), times(-CERTIFICATE, qx));
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
    return {...state, ...measured, ...this.step(state, measured.isDone, {Px, rx, ry, mu, rTau})};
  }

  /** One step of the samples that are not done. */
  private step(
    state: State,
    isDone: Flags,
    {Px, rx, ry, mu, rTau}: Record<'Px' | 'rx' | 'ry' | 'mu' | 'rTau', Doubles>,
  ): Pick<State, 'x' | 'y' | 's' | 'tau' | 'kappa' | 'delta' | 'iterations'> {
    const {problem, soft, isSoft} = this;
    const {P, C, q, d} = problem;
    const {x, y, s, tau, kappa, delta, iterations} = state;
    // Where there is no pair, one.
    const [sOr1, yOr1] = [where(isSoft, s, 1), where(isSoft, y, 1)];
    const [inverseS, inverseY] = [times(soft, over(1, sOr1)), times(soft, over(1, yOr1))];
    const w = times(s, inverseY);
    const factors = new KktFactors(P, C, this.rows(where(isDone, soft, times(y, inverseS)), w), delta);
    const {corrections} = this.limits;
    const refined = (f: Doubles, g: Doubles) =>
      corrections > 0 ? factors.refined(f, g, corrections) : factors.solve(f, g);
    const constantPart = refined(neg(q), d);
    // κ/τ + ‖x₂ − ξ‖²_P + y₂ᵀW y₂, a sum of squares that is never zero.
    const off = minus(constantPart.x, over(x, tau));
    const square = dot(off, minus(mul(P, constantPart.x), over(Px, tau)));
    const weighted = dot(constantPart.y, times(w, constantPart.y));
    const denominator = total(over(kappa, tau), larger(0, square), weighted);

    const direction = (
      keep: Doubles,
      target: Doubles,
      products: Doubles | null,
      dKappa: Doubles,
      solve: (f: Doubles, g: Doubles) => {x: Doubles; y: Doubles},
    ) => {
      const pushed = products ? minus(products, target) : neg(target);
      const push = times(soft, plus(s, times(pushed, inverseY)));
      const affine = solve(neg(times(keep, rx)), minus(push, times(keep, ry)));
      // 2ξᵀP Δx with ξ = x/τ.
      const slope = total(times(over(2, tau), dot(Px, affine.x)), dot(q, affine.x), dot(d, affine.y));
      const dTau = over(total(times(keep, rTau), neg(over(dKappa, tau)), slope), denominator);
      const dx = plus(affine.x, times(dTau, constantPart.x));
      const dy = plus(affine.y, times(dTau, constantPart.y));
      const ds = times(soft, neg(plus(push, times(w, dy))));
      const dKap = neg(over(plus(dKappa, times(kappa, dTau)), tau));
      const shrink = larger(max(larger(neg(times(ds, inverseS)), neg(times(soft, times(dy, inverseY))))), 0);
      // 1/α for the largest step α to the boundary.
      const boundary = larger(shrink, larger(neg(over(dTau, tau)), neg(over(dKap, kappa))));
      return {dx, dy, ds, dTau, dKap, alpha: over(1, larger(boundary, 1e-30))};
    };

    const one = filled([1, 1, 1], 1);
    const zero = filled([1, 1, 1], 0);
    const predictor = direction(one, zero, null, times(kappa, tau), (f, g) => factors.solve(f, g));
    const reach = minus(1, smaller(1, predictor.alpha));
    const sigma = times(reach, times(reach, reach));
    const target = times(sigma, mu);
    const products = times(predictor.ds, times(soft, predictor.dy));
    const dKappa = total(times(kappa, tau), times(predictor.dKap, predictor.dTau), neg(target));
    const corrector = direction(minus(1, sigma), target, products, dKappa, refined);
    const longest = smaller(1, times(STEP_FRACTION, corrector.alpha));
    const length = this.centralStep(state, corrector, longest);
    const isSound = and(
      isFinite(length),
      all(isFinite(corrector.dx)),
      all(isFinite(corrector.dy)),
      all(isFinite(corrector.ds)),
    );
    const moves = and(not(isDone), isSound);
    const stuck = and(not(isDone), not(isSound));
    const move = (from: Doubles, along: Doubles) => where(moves, plus(from, times(length, along)), from);
    const [tau1, kappa1] = [move(tau, corrector.dTau), move(kappa, corrector.dKap)];
    // The embedding is homogeneous: its numbers are kept near one.
    const size = larger(larger(tau1, kappa1), 1e-30);
    const leaves = and(moves, or(isGreater(size, 1e3), isLess(size, 1e-3)));
    const scaled = (v: Doubles) => where(leaves, over(v, size), v);
    return {
      x: scaled(move(x, corrector.dx)),
      y: scaled(move(y, corrector.dy)),
      s: scaled(move(s, corrector.ds)),
      tau: scaled(tau1),
      kappa: scaled(kappa1),
      delta: where(stuck, smaller(times(GROWTH, delta), MAX_DELTA), delta),
      iterations: plus(iterations, asNumber(not(isDone))),
    };
  }

  /** Shortens a step until no product of a pair is far below the mean, because a point too close to the boundary gets stuck. */
  private centralStep(
    {s, y, tau, kappa}: State,
    {ds, dy, dTau, dKap}: {ds: Doubles; dy: Doubles; dTau: Doubles; dKap: Doubles},
    longest: Doubles,
  ): Doubles {
    const {problem, isSoft, soft} = this;
    const {m} = problem;
    const shares = constant(SHORTER, [1, 1, SHORTER.length]);
    const lengths = times(longest, shares);
    const centrality = (length: Doubles) => {
      const products = times(plus(s, times(length, ds)), plus(y, times(length, dy)));
      const first = times(plus(tau, times(length, dTau)), plus(kappa, times(length, dKap)));
      const sums = plus(first, sum(times(soft, products)));
      const least = m > 0 ? smaller(first, neg(max(neg(where(isSoft, products, Infinity))))) : first;
      return times(m + 1, over(least, sums));
    };
    const bound = smaller(CENTRALITY, times(0.5, centrality(filled([1, 1, 1], 0))));
    const allowed = where(isAtLeast(centrality(lengths), bound), lengths, 0);
    const found = max(turned(allowed));
    return where(isGreater(found, 0), found, times(longest, SHORTER[SHORTER.length - 1]));
  }

  private rows(softWeights: Doubles, w: Doubles): Rows {
    const {problem, A} = this;
    const {batch, k, m} = problem;
    return {
      soft: m > 0 ? softWeights : null,
      w,
      hard: A,
      idle: 0,
      present: 1,
      toAll: (hard) => (m > 0 ? concat([hard, filled([batch, m, 1], 0)], 1) : hard),
      toHard: (g) => (m > 0 ? part(g, 1, 0, k) : g),
    };
  }
}
