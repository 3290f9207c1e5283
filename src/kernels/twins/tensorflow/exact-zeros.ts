/**
 * @file Sets entries of solutions to zero that differ from zero only by rounding (`algorithms/qp/exact-zeros.ts` has the definition). If all
 * terms of a row or variable are of this kind, it has no size of its own; so sizes start from the given numbers, q and d, and spread from
 * there.
 */
import {
  abs,
  and,
  any,
  asNumber,
  chosen,
  isEqual,
  isGreater,
  maximum,
  max,
  mul,
  mulT,
  or,
  overOrZero,
  scatter,
  rowMaxima,
  gather,
  tidy,
  times,
  transpose,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';
import type {Magnitudes, Measured} from './certificate.js';

/** In the longest chain of conditions, each of which gets its size from the one before, sizes travel this far. */
const MOST_PASSES = 200;

type Entries = Pick<Measured, 'x' | 'y'>;

interface Terms {
  P: Doubles;
  C: Doubles;
  /** 1 / terms of a variable and of a row. */
  ofColumns: Doubles;
  ofRows: Doubles;
  /** |x| and |y|. */
  xs: Doubles;
  ys: Doubles;
  bounded: Flags;
}

/** 1 for variables and rows that have a size, and for entries that matter. */
interface Sized {
  columns: Doubles;
  rows: Doubles;
  keepX: Doubles;
  keepY: Doubles;
}

/** @param negligible The part of a condition's terms below which an entry does not matter. */
export function clearNoise(sizes: Magnitudes, at: Measured, negligible: number): Entries {
  const {P, C, q, d, problem} = sizes;
  const {x, y, columnTerms, rowTerms} = at;
  const terms: Terms = {
    ...{P, C, xs: abs(x), ys: abs(y), bounded: problem.bounded},
    ofColumns: overOrZero(1, columnTerms),
    ofRows: overOrZero(1, rowTerms),
  };
  const isGiven = (numbers: Doubles) => asNumber(isGreater(numbers, 0));
  const from = {columns: isGiven(q), rows: times(isGiven(d), asNumber(problem.bounded))};
  const first = matters(terms, from, negligible);
  // In most problems every entry matters compared with a given number.
  const misses = (entries: Doubles, keep: Doubles) => any(and(isGreater(entries, 0), isEqual(keep, 0)));
  const doubtful = chosen(or(misses(terms.xs, first.keepX), misses(terms.ys, first.keepY)));
  if (doubtful.count === 0) return {x, y};
  const few = (v: Doubles) => gather(v, doubtful);
  const some: Terms = {
    P: few(P),
    C: few(C),
    ofColumns: few(terms.ofColumns),
    ofRows: few(terms.ofRows),
    xs: few(terms.xs),
    ys: few(terms.ys),
    bounded: gather(problem.bounded, doubtful, true),
  };
  const begin: Sized = {
    columns: few(from.columns),
    rows: few(from.rows),
    keepX: few(first.keepX),
    keepY: few(first.keepY),
  };
  const {keepX, keepY} = follow(some, begin, negligible);
  return {
    x: scatter(x, doubtful, where(isGreater(keepX, 0), few(x), 0)),
    y: scatter(y, doubtful, where(isGreater(keepY, 0), few(y), 0)),
  };
}

/** A row or variable gets a size from an entry that matters in another one. */
function follow(terms: Terms, begin: Sized, negligible: number): Sized {
  const hasEntry = (A: Doubles) => asNumber(isGreater(A, 0));
  const [inP, inC] = [hasEntry(terms.P), hasEntry(terms.C)];
  const open = asNumber(terms.bounded);
  let sized = begin;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const before = sized;
    const step = tidy(() => {
      const {columns, rows, keepX, keepY} = before;
      const reaches = (v: Doubles) => asNumber(isGreater(v, 0));
      const nextColumns = maximum(columns, reaches(maximum(mul(inP, keepX), mulT(inC, keepY))));
      const nextRows = maximum(rows, times(open, reaches(mul(inC, keepX))));
      const found = matters(terms, {columns: nextColumns, rows: nextRows}, negligible);
      const kept = {keepX: maximum(keepX, found.keepX), keepY: maximum(keepY, found.keepY)};
      const grows = or(any(isGreater(nextColumns, columns)), any(isGreater(nextRows, rows)));
      return {sized: {columns: nextColumns, rows: nextRows, ...kept}, left: chosen(grows)};
    });
    sized = step.sized;
    if (step.left.count === 0) break;
  }
  return sized;
}

/** Which entries are a part of the terms of a variable or row with a size. */
function matters(
  {P, C, ofColumns, ofRows, xs, ys}: Terms,
  {columns, rows}: Pick<Sized, 'columns' | 'rows'>,
  negligible: number,
): Pick<Sized, 'keepX' | 'keepY'> {
  const [c, r] = [times(columns, ofColumns), times(rows, ofRows)];
  const partX = times(xs, maximum(rowMaxima(times(P, transpose(c))), transpose(max(times(C, r)))));
  const partY = times(ys, rowMaxima(times(C, transpose(c))));
  const counts = (part: Doubles) => asNumber(isGreater(part, negligible));
  return {keepX: counts(partX), keepY: counts(partY)};
}
