/**
 * @file Diagonal scalings of a batch of quadratic programs: rows and columns of the KKT matrices get magnitude one, the right-hand sides and
 * the objectives, too.
 */
import {FAR} from '../../contracts/qp-limits.js';
import {
  abs,
  allOfAll,
  and,
  asNumber,
  chosen,
  range,
  diagonal,
  floor,
  identity,
  isAtMost,
  isEqual,
  isGreater,
  isLess,
  maximum,
  max,
  maxAbs,
  maxOfAll,
  not,
  or,
  over,
  overOrZero,
  plus,
  scatter,
  rowMaxima,
  minimum,
  sortedDescending,
  broadcastTo,
  sqrt,
  sum,
  gather,
  times,
  transpose,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';
import type {Point, Problem} from './problem.js';

const PASSES = 10;
/** Curvature below this times the largest counts as zero in any units. */
const NO_CURVATURE = 1e-26;
/** The largest possible entry of a semidefinite matrix with diagonal 1, with room for rounding. */
const CONSISTENT = 1.01;

/** x = D x̂ / beta, s = ŝ / (E beta), y = E ŷ / (c beta). */
export interface Scaling {
  /** [B, n, 1]. */
  D: Doubles;
  /** [B, r, 1]. */
  E: Doubles;
  /** The scale of the objective, [B, 1, 1]. */
  c: Doubles;
  /** The scale of the variables and the right-hand sides, [B, 1, 1]. */
  beta: Doubles;
  /** Rows that are left out, [B, r, 1]. */
  absent: Flags;
}

/**
 * D and E with D P D and E C D of magnitude one. P is semidefinite, so its diagonal determines the scale of a variable, and then that of
 * each row. Variables without curvature are scaled alternately with the rows, as in Ruiz (2001).
 *
 * @param present 1 for rows that may set a scale.
 */
export function equilibrate(P: Doubles, C: Doubles, present: Doubles): {D: Doubles; E: Doubles} {
  const diag = diagonal(P);
  const floor = times(NO_CURVATURE, max(diag));
  const isCurved = isGreater(diag, floor);
  const own = where(isCurved, overOrZero(1, sqrt(abs(diag))), 1);
  const absP = abs(P);
  const largest = maxOfAll(times(times(absP, own), transpose(own)));
  // Rounding may have made a diagonal entry too small for another entry in its row, which then determines the scale.
  const others = times(absP, transpose(own));
  const clash = where(isGreater(own, transpose(own)), others, 0);
  const respected = where(
    isAtMost(largest, CONSISTENT),
    own,
    minimum(own, over(1, maximum(rowMaxima(clash), 1e-30))),
  );
  const absC = abs(C);
  const rows = (D: Doubles) => rowMaxima(times(absC, transpose(D)));
  const once = rows(respected);
  const E = where(isGreater(once, 0), overOrZero(1, once), 1);
  const flat = chosen(not(allOfAll(isCurved)));
  if (flat.count === 0) return {D: respected, E};
  // Matrices that all samples share have scales of their own in each sample, because the rows that count may differ.
  if (P.shape[0] < present.shape[0]) return alternate(absC, respected, isCurved, present);
  const found = alternate(
    gather(absC, flat),
    gather(respected, flat),
    gather(isCurved, flat, true),
    gather(present, flat),
  );
  return {D: scatter(respected, flat, found.D), E: scatter(E, flat, found.E)};
}

function alternate(
  absC: Doubles,
  start: Doubles,
  isCurved: Flags,
  present: Doubles,
): {D: Doubles; E: Doubles} {
  let D = start;
  let E = broadcastTo(present, [Math.max(start.shape[0], present.shape[0]), absC.shape[1], 1]);
  for (let pass = 0; pass < PASSES; pass++) {
    const scaled = times(times(absC, E), transpose(D));
    const [row, column] = [rowMaxima(scaled), transpose(max(scaled))];
    E = where(isGreater(row, 0), times(E, over(1, sqrt(maximum(row, 1e-30)))), E);
    const moves = and(not(isCurved), isGreater(column, 0));
    D = where(moves, times(D, over(1, sqrt(maximum(column, 1e-30)))), D);
  }
  const row = rowMaxima(times(absC, transpose(D)));
  return {D, E: where(isGreater(row, 0), overOrZero(1, row), 1)};
}

/**
 * The problem in the scale in which the solver works. Rows without a bound become 0 ≤ 1, and so do inequalities that are far from everything
 * else, because they must not influence the scale of the rest.
 */
export function scaleProblem(
  problem: Problem,
  {D, E}: {D: Doubles; E: Doubles},
): {scaled: Problem; scaling: Scaling} {
  const {P, q, C, d, bounded, isEquality} = problem;
  const d0 = where(bounded, times(E, d), 0);
  const isFar = farRows(problem, D, d0);
  const absent = or(not(bounded), isFar);
  const rowScale = where(absent, 1, E);
  const right = where(absent, 0, d0);
  const beta = overOrOne(maxAbs(right));
  const q1 = times(times(beta, D), q);
  const P1 = times(times(P, D), transpose(D));
  const c = overOrOne(maximum(maxOfAll(abs(P1)), maxAbs(q1)));
  const C1 = where(absent, 0, times(times(C, rowScale), transpose(D)));
  const lifted = plus(P1, times(times(problem.lift, P1), identity(P1.shape[1])));
  return {
    scaled: {
      ...problem,
      P: times(c, lifted),
      q: times(c, q1),
      C: C1,
      d: where(absent, where(isEquality, 0, 1), times(beta, right)),
      lift: times(problem.lift, 0),
    },
    scaling: {D, E: rowScale, c, beta, absent},
  };
}

/** 1 / a, and 1 where a is 0. */
const overOrOne = (a: Doubles): Doubles => where(isGreater(a, 0), overOrZero(1, a), 1);

/**
 * The inequalities that are satisfied at zero and much further away than rows that are not, than the minimum without constraints, and than
 * the nearest quarter of the rows that are satisfied at zero.
 */
function farRows({q, P, bounded, isEquality, m}: Problem, D: Doubles, d: Doubles): Flags {
  const isNear = or(isEquality, isLess(d, 0));
  const curved = isGreater(diagonal(P), 0);
  const size = maximum(max(where(isNear, abs(d), 0)), maxAbs(where(curved, times(D, q), 0)));
  const counts = and(and(bounded, not(isEquality)), isGreater(d, 0));
  if (m === 0) return counts;
  // Ascending: the negatives in descending order.
  const r = d.shape[1];
  const sorted = sortedDescending(where(counts, times(d, -1), -Infinity));
  const at = floor(times(0.25, sum(asNumber(counts))));
  const quarter = times(
    -1,
    sum(where(isEqual(range(r), at), where(isGreater(sorted, -Infinity), sorted, 0), 0)),
  );
  const isFar = isGreater(max(where(counts, d, 0)), times(FAR, size));
  return and(and(counts, isFar), isGreater(d, times(FAR, maximum(size, quarter))));
}

/** A point of the scaled problem in the user's units. */
export function unscale({x, y, s}: Point, {D, E, c, beta, absent}: Scaling): Point {
  return {
    x: times(x, over(D, beta)),
    y: where(absent, 0, over(times(y, E), times(c, beta))),
    s: over(s, times(E, beta)),
  };
}

/** A point in the user's units as one of the scaled problem. */
export function rescale({x, y, s}: Point, {D, E, c, beta}: Scaling): Point {
  return {
    x: times(x, over(beta, D)),
    y: times(y, over(times(c, beta), E)),
    s: times(s, times(E, beta)),
  };
}
