/**
 * @file Decides whether points of the scaled problems of a batch answer the user's problems in the form in which they will be returned: each
 * is measured in f64, and once more after rounding to f32 (`algorithms/qp/acceptance.ts` has the definition).
 */
import {CONSISTENT, DOUBLE, ROUNDING, ROUNDING_32, SINGLE, WEAK} from '../../contracts/qp-limits.js';
import {
  all,
  and,
  chosen,
  isAtMost,
  isEqual,
  isFinite,
  isGreater,
  isLess,
  maximum,
  neg,
  not,
  or,
  over,
  scatter,
  rounded,
  minimum,
  gather,
  times,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';
import {
  amongNeighbours,
  losesGivenNumbers,
  measure,
  pullsOnRounding,
  type Magnitudes,
  type Measured,
} from './certificate.js';
import {clearNoise} from './exact-zeros.js';
import {takeProblem, type Point} from './problem.js';
import {unscale, type Scaling} from './scaling.js';

const ROUNDING_64 = 1e-13;

/** Points in the user's units, and which of them are solutions. */
export interface Accepted {
  /** [B, 1, 1]. */
  holds: Flags;
  point: Point;
  /** 0 inactive, 1 active, 2 weakly active; [B, k + m, 1]. */
  activity: Doubles;
  /** The largest quotient of the point as it will be returned, [B, 1, 1]. */
  residual: Doubles;
}

export function accept(sizes: Magnitudes, candidate: Point, scaling: Scaling, tolerance: number): Accepted {
  const {problem} = sizes;
  const {isEquality} = problem;
  const enough = Math.max(tolerance, SINGLE);
  const exactness = tolerance > SINGLE ? tolerance : DOUBLE;
  const point = unscale(candidate, scaling);
  const y0 = where(isEquality, point.y, maximum(0, point.y));
  const first = measure(sizes, point.x, y0);
  const sound = and(
    not(losesGivenNumbers(sizes, first)),
    not(pullsOnRounding(sizes, first)),
    isFinite(first.residual),
    all(isFinite(point.s)),
  );
  // Entries that are only rounding become zero if the point does not pass with them.
  const passes = isAtMost(first.residual, exactness);
  const cleared = exactness > DOUBLE ? ROUNDING_32 : ROUNDING_64;
  const tested = retested(sizes, first, not(passes), cleared);
  const exact = and(sound, isAtMost(tested.residual, exactness));
  const {x, y} = clearNoise(sizes, tested, ROUNDING_32);
  const s = where(scaling.absent, maximum(0, neg(tested.excess)), point.s);
  const [x32, y32] = [rounded(x), rounded(y)];
  const last = measure(sizes, x32, y32);
  const residual = amongIfNeeded(sizes, last, enough);
  // A contradiction must not be mistaken for a solution: the rows hold more accurately than f32 rounding can show.
  const asked = and(exact, isAtMost(residual, enough), isGreater(residual, ROUNDING));
  const consistent = rowsHold(sizes, x, y, asked);
  const share = where(isGreater(last.rowTerms, 0), over(s, last.rowTerms), 0);
  const slack = where(scaling.absent, 1, share);
  const isWeak = and(isLess(last.multipliers, WEAK), isLess(slack, WEAK));
  const isActive = isGreater(last.multipliers, slack);
  return {
    holds: and(exact, isAtMost(residual, enough), consistent),
    point: {x, y, s},
    activity: where(isEquality, 1, where(isWeak, 2, where(isActive, 1, 0))),
    residual: minimum(residual, 1e9),
  };
}

/** The measurement of the points, again without noise where asked. */
function retested(sizes: Magnitudes, first: Measured, asked: Flags, negligible: number): Measured {
  const some = chosen(asked);
  if (some.count === 0) return first;
  const {x, y} = clearNoise(sizes, first, negligible);
  const pick = (cleared: Doubles, old: Doubles) => where(asked, cleared, old);
  return measure(sizes, pick(x, first.x), pick(y, first.y));
}

/** The residual; where it is too large, that in which entries close to zero by cancellation are measured against their neighbours. */
function amongIfNeeded(sizes: Magnitudes, at: Measured, enough: number): Doubles {
  const some = chosen(isGreater(at.residual, enough));
  if (some.count === 0) return at.residual;
  const [few, measured] = [takeSizes(sizes, some), takeMeasured(at, some)];
  const {residual} = amongNeighbours(few, measured);
  return scatter(at.residual, some, minimum(measured.residual, residual));
}

/** Whether all rows hold in f64, for the samples that are asked. */
function rowsHold(sizes: Magnitudes, x: Doubles, y: Doubles, asked: Flags): Flags {
  const some = chosen(asked);
  if (some.count === 0) return not(isEqual(sizes.problem.lift, -1));
  const few = takeSizes(sizes, some);
  const at = measure(few, gather(x, some), gather(y, some));
  const among = amongNeighbours(few, at);
  const holds = or(all(isAtMost(at.rows, CONSISTENT)), all(isAtMost(among.rows, CONSISTENT)));
  const bad = where(holds, 0, 1);
  return isEqual(scatter(times(sizes.problem.lift, 0), some, bad), 0);
}

export function takeSizes(sizes: Magnitudes, some: ReturnType<typeof chosen>): Magnitudes {
  const {P, C, q, d} = sizes;
  return {
    problem: takeProblem(sizes.problem, some),
    P: gather(P, some),
    C: gather(C, some),
    q: gather(q, some),
    d: gather(d, some),
  };
}

function takeMeasured(at: Measured, some: ReturnType<typeof chosen>): Measured {
  return Object.fromEntries(
    Object.entries(at).map(([name, value]) => [name, gather(value as Doubles, some)]),
  ) as unknown as Measured;
}
