/** @file Remembers the patterns of sparse matrices, so that a problem that comes again with other numbers needs no new plan. */
import {ProblemStructure, type Entries, type ProblemEntries} from '../kernels/index.js';

/** How many patterns and structures are remembered. */
const KEPT = 16;

/** The last ones, the latest first. */
const patterns: Entries[] = [];
const structures: ProblemStructure[] = [];

/** The entries as an object of which equal entries have the same one. */
export function patternOf(rows: ArrayLike<number>, columns: ArrayLike<number>): Entries {
  const known = patterns.find(
    (pattern) => areEqual(pattern.rows, rows) && areEqual(pattern.columns, columns),
  );
  return remember(patterns, known ?? {rows: Int32Array.from(rows), columns: Int32Array.from(columns)});
}

/** All entries of a dense matrix, row by row. */
export function densePattern(rows: number, columns: number): Entries {
  const places = Array.from({length: rows * columns}, (_, e) => e);
  return patternOf(
    places.map((e) => Math.floor(e / columns)),
    places.map((e) => e % columns),
  );
}

/** What the patterns of a problem determine. */
export function structureOf(entries: ProblemEntries): ProblemStructure {
  const {n, m, k, sides, Q, G, A} = entries;
  const known = structures.find(({entries: other}) => {
    const isSameSize = other.n === n && other.m === m && other.k === k && other.sides === sides;
    return isSameSize && other.Q === Q && other.G === G && other.A === A;
  });
  return remember(structures, known ?? new ProblemStructure(entries));
}

function remember<T>(list: T[], item: T): T {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
  list.unshift(item);
  if (list.length > KEPT) list.pop();
  return item;
}

function areEqual(a: Int32Array, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let e = 0; e < a.length; e++) if (a[e] !== b[e]) return false;
  return true;
}
