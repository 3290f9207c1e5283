/**
 * @file Moves points onto the solutions of their active sets (the rows with y > s). Rows that then have a wrong sign switch between active
 * and inactive, for a few rounds.
 */
import {
  abs,
  and,
  any,
  asNumber,
  chosen,
  concat,
  isAtMost,
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
  overOrZero,
  slice,
  plus,
  minimum,
  broadcastTo,
  times,
  addN,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';
import {hardRows, KktFactors, NO_ROWS} from './kkt-factors.js';
import {leastNorm} from './least-norm.js';
import type {Point, Problem} from './problem.js';

const DELTA = 1e-10;
const CORRECTIONS = 4;
/** The KKT error below which the active set counts as correct. */
const GOOD = 1e-10;
/** The largest multiplier or slack that may be due to rounding, relative to the largest one. */
const ROUNDING = 1e-13;
/** Eigenvalues below this part of the largest count as zero. */
const RANK = 1e-9;

/** A point on its active set, and its KKT error in the scaled problem, [B, 1, 1]. */
export interface Polished {
  point: Point;
  error: Doubles;
}

/**
 * @param absent Rows that are left out.
 * @param dependent Whether active rows may depend on each other: then the correction is the shortest one, so that multipliers keep their
 *   signs. This takes a decomposition into eigenvectors.
 */
export function polish(
  problem: Problem,
  start: Point,
  absent: Flags,
  {rounds, dependent = false}: {rounds: number; dependent?: boolean},
): Polished {
  const {isEquality, batch, k, m} = problem;
  const shape = [batch, k + m, 1];
  // Equalities first, then the rows whose multiplier is clearest.
  const clear = overOrZero(maximum(start.y, 0), plus(maximum(start.y, 0), maximum(start.s, 0)));
  const score = where(isEquality, 3, plus(1, clear));
  let active = or(and(isGreater(start.y, start.s), not(absent)), isEquality);
  let best: Polished | null = null;
  for (let round = 0; round < rounds; round++) {
    const hard = broadcastTo(asNumber(active), shape);
    const point = onActiveSet(problem, start, {hard, score}, dependent);
    const {error, yScale, sScale} = errorOf(problem, point);
    if (best) {
      const better = isLess(error, best.error);
      const pick = (a: Doubles, b: Doubles) => where(better, a, b);
      best = {
        point: {
          x: pick(point.x, best.point.x),
          y: pick(point.y, best.point.y),
          s: pick(point.s, best.point.s),
        },
        error: pick(error, best.error),
      };
    } else {
      best = {point, error: where(isLess(error, Infinity), error, Infinity)};
    }
    if (round === rounds - 1) break;
    // Compared with a huge multiplier, a wrong sign is small. It is accepted only if rounding can explain it.
    const noise = where(isAtMost(error, GOOD), ROUNDING, 0);
    const wrongY = and(active, isLess(point.y, neg(times(noise, yScale))));
    const wrongS = and(not(active), isLess(point.s, neg(times(noise, sScale))));
    const wrong = and(or(wrongY, wrongS), not(isEquality), not(absent));
    const again = and(any(wrong), isGreater(best.error, GOOD));
    if (chosen(again).count === 0) break;
    active = or(and(active, not(wrong)), and(not(active), wrong));
  }
  return best!;
}

/** The solution of the active set: a correction of the start, not the solution itself, so that the start decides in a singular system. */
interface Active {
  /** 1 for the rows of the active set, [B, k + m, 1]. */
  hard: Doubles;
  /** Which of them count most. */
  score: Doubles;
}

function onActiveSet(problem: Problem, start: Point, {hard, score}: Active, dependent: boolean): Point {
  const {P, q, C, d, isEquality} = problem;
  const {x} = start;
  // Multipliers of equalities start at zero, so dependent equalities get those of least norm.
  const y = where(isEquality, 0, times(hard, start.y));
  const f = neg(addN(mul(P, x), mulT(C, y), q));
  const g = times(hard, minus(d, mul(C, x)));
  const step = dependent ? shortest(problem, {hard, score}, f, g) : regular(problem, {hard, score}, f, g);
  const nextX = plus(x, step.x);
  return {
    x: nextX,
    y: plus(y, step.y),
    s: times(minus(1, hard), minus(d, mul(C, nextX))),
  };
}

function regular(
  {P, C, k, m}: Problem,
  {hard, score}: Active,
  f: Doubles,
  g: Doubles,
): {x: Doubles; y: Doubles} {
  if (k + m === 0) return new KktFactors(P, C, NO_ROWS, DELTA).refined(f, g, CORRECTIONS);
  const rows = {...hardRows(C, hard, score), soft: null, w: 0, present: hard};
  return new KktFactors(P, times(hard, C), rows, DELTA).refined(f, g, CORRECTIONS);
}

/** By the pseudo-inverse of [P Cᵀ; C 0] on the active rows, with corrections. */
function shortest(
  {P, C, n}: Problem,
  {hard, score}: Active,
  f: Doubles,
  g: Doubles,
): {x: Doubles; y: Doubles} {
  const {hard: rows, idle, toAll, toHard} = hardRows(C, hard, score);
  const right = concat([f, toHard(g)], 1);
  const {u} = leastNorm({P, B: rows, W: idle}, right, {rank: RANK, passes: CORRECTIONS});
  return {x: slice(u, 1, 0, n), y: times(hard, toAll(slice(u, 1, n, rows.shape[1])))};
}

/** The largest relative error of a point: of stationarity, feasibility, signs and complementarity. */
function errorOf(
  {P, q, C, d, isEquality, batch}: Problem,
  {x, y, s}: Point,
): {error: Doubles; yScale: Doubles; sScale: Doubles} {
  const Px = mul(P, x);
  // If q or d is zero, errors are measured against 1, the size of a scaled problem.
  const orOne = (v: Doubles) => where(isGreater(v, 0), v, 1);
  const dualScale = maximum(maxAbs(Px), orOne(maxAbs(q)));
  const Cx = mul(C, x);
  const sScale = maximum(maxAbs(Cx), orOne(maxAbs(d)));
  const stationarity = over(maxAbs(addN(Px, mulT(C, y), q)), dualScale);
  const feasibility = over(maxAbs(addN(Cx, s, neg(d))), sScale);
  const yScale = maximum(maxAbs(y), dualScale);
  const [relativeY, relativeS] = [over(y, yScale), over(s, sScale)];
  const wrong = maximum(neg(relativeY), neg(relativeS));
  const both = minimum(abs(relativeY), abs(relativeS));
  const pairs = where(isEquality, 0, maximum(wrong, both));
  const error = maximum(
    maximum(stationarity, feasibility),
    maximum(0, max(broadcastTo(pairs, [batch, y.shape[1], 1]))),
  );
  return {error: where(isLess(error, Infinity), error, Infinity), yScale, sScale};
}
