/** @file Changes to a solved quadratic program that cannot change its solution, at any size from 1e-8 to 1e19. */
import {dot, type Grid} from './case.js';
import type {Dice, SolvedCase} from './solved.js';

/** One change for a whole batch: it adds the same numbers of rows and variables to each sample. */
export type Change = (problem: SolvedCase, dice: Dice) => SolvedCase;

/** Draws a change; what is drawn here is the same for all samples of a batch. */
export type ChangeKind = (grid: Grid) => Change;

/** 10^from … 10^to, every second time a whole power, rounded to f32. */
export function magnitude(grid: Grid, from: number, to: number): number {
  const exponent = from + (to - from) * grid.uniform();
  return Math.fround(10 ** (grid.uniform() < 0.5 ? Math.round(exponent) : exponent));
}

const FAR_AWAY = [1e20, 3e38, Infinity];

/** Farther than `least`: mostly a power of ten up to 1e19, sometimes what means no bound. */
function farther(grid: Grid, least: number): number {
  const drawn = magnitude(grid, 2, 19);
  const none = grid.uniform() < 0.15;
  const which = FAR_AWAY[grid.integer(0, FAR_AWAY.length - 1)];
  if (none) return which;
  return drawn > 2 * least + 1 ? drawn : Math.fround(1e4 * (least + 1));
}

function withRow(problem: SolvedCase, row: number[], h: number, ineqDual = 0): SolvedCase {
  const {G, m} = problem;
  return {
    ...problem,
    m: m + 1,
    G: [...G, row],
    h: [...problem.h, h],
    ineqDual: [...problem.ineqDual, ineqDual],
  };
}

function withEquality(problem: SolvedCase, row: number[], b: number, eqDual = 0): SolvedCase {
  return {
    ...problem,
    k: problem.k + 1,
    A: [...problem.A, row],
    b: [...problem.b, b],
    eqDual: [...problem.eqDual, eqDual],
  };
}

/** A variable that no row knows yet, with its diagonal entry of Q. */
function withVariable(problem: SolvedCase, x: number, q: number, p: number, unit: number): SolvedCase {
  const {n, Q} = problem;
  const zero = (rows: number[][]) => rows.map((row) => [...row, 0]);
  return {
    ...problem,
    n: n + 1,
    Q: [...zero(Q), [...new Array<number>(n).fill(0), q]],
    p: [...problem.p, p],
    G: zero(problem.G),
    A: zero(problem.A),
    x: [...problem.x, x],
    unit: [...problem.unit, unit],
  };
}

const unitRow = (n: number, j: number, value = 1) => new Array<number>(n).fill(0).with(j, value);

const inertRow: ChangeKind =
  () =>
  (problem, {matrices, vectors}) => {
    const row = matrices.vector(problem.n);
    return withRow(problem, row, farther(vectors, Math.abs(dot(row, problem.x))));
  };

const zeroRow: ChangeKind =
  () =>
  (problem, {vectors}) => {
    const bounds = [0, 1, magnitude(vectors, -8, 19), Infinity];
    return withRow(problem, new Array<number>(problem.n).fill(0), bounds[vectors.integer(0, 3)]);
  };

const farBounds: ChangeKind = (grid) => {
  const sides = grid.integer(1, 3);
  const all = grid.uniform() < 0.5;
  return (problem, {matrices, vectors}) => {
    const {n, x} = problem;
    const first = matrices.integer(0, n - 1);
    let changed = problem;
    const shared = vectors.uniform() < 0.5 ? farther(vectors, Math.max(...x.map(Math.abs))) : null;
    for (const j of all ? x.keys() : [first]) {
      for (const [bit, sign] of [
        [1, 1],
        [2, -1],
      ]) {
        if ((sides & bit) === 0) continue;
        changed = withRow(changed, unitRow(n, j, sign), shared ?? farther(vectors, Math.abs(x[j])));
      }
    }
    return changed;
  };
};

const fixedVariable: ChangeKind = (grid) => {
  const byEquality = grid.uniform() < 0.5;
  const curved = grid.uniform() < 0.5;
  return (problem, {vectors}) => {
    const {n} = problem;
    const sign = vectors.uniform() < 0.5 ? -1 : 1;
    const value = vectors.uniform() < 0.1 ? 0 : sign * magnitude(vectors, -8, 10);
    const cost =
      vectors.uniform() < 0.2 ? 0 : magnitude(vectors, -8, 10) * (vectors.uniform() < 0.5 ? -1 : 1);
    const wider = withVariable(problem, value, curved ? 1 : 0, cost, Math.abs(value) || 1);
    const nu = -(cost + (curved ? value : 0));
    if (byEquality) return withEquality(wider, unitRow(n + 1, n), value, nu);
    const above = withRow(wider, unitRow(n + 1, n), value, Math.max(nu, 0));
    return withRow(above, unitRow(n + 1, n, -1), -value, Math.max(-nu, 0));
  };
};

const pricedOut: ChangeKind = (grid) => {
  const coupled = grid.uniform() < 0.5;
  return (problem, {matrices, vectors}) => {
    const {n, m, k, ineqDual, eqDual} = problem;
    const price = magnitude(vectors, 0, 10);
    const wider = withVariable(problem, 0, 0, price, 1);
    const entries = (count: number) =>
      Array.from({length: count}, () => (coupled ? matrices.integer(-1, 1) : 0));
    const [inG, inA] = [entries(m), entries(k)];
    const p = [...problem.p, price - dot(inG, ineqDual) - dot(inA, eqDual)];
    const G = wider.G.map((row, i) => row.with(n, inG[i]));
    const A = wider.A.map((row, i) => row.with(n, inA[i]));
    return withRow({...wider, p, G, A}, unitRow(n + 1, n, -1), 0, price);
  };
};

const duplicateRow: ChangeKind = (grid) => {
  const kind = grid.uniform();
  const factor = grid.uniform() < 0.5 ? 1 : 2 ** grid.integer(-20, 20);
  return (problem, {matrices}) => {
    const {G, h, A, b, m, k} = problem;
    const times = (row: number[]) => row.map((value) => value * factor);
    const equality = m === 0 || (k > 0 && kind < 0.4);
    const i = matrices.integer(0, (equality ? k : m) - 1);
    return equality
      ? withEquality(problem, times(A[i]), factor * b[i])
      : withRow(problem, times(G[i]), factor * h[i]);
  };
};

function order(grid: Grid, count: number): number[] {
  const drawn = Array.from({length: count}, (_, i) => ({i, at: grid.uniform()}));
  return drawn.sort((one, other) => one.at - other.at).map(({i}) => i);
}

const otherOrder: ChangeKind =
  () =>
  (problem, {matrices}) => {
    const {n, m, k, Q, p, G, h, A, b, x, ineqDual, eqDual, unit} = problem;
    const [columns, inG, inA] = [order(matrices, n), order(matrices, m), order(matrices, k)];
    const take = <T>(values: T[], places: number[]) => places.map((place) => values[place]);
    const rows = (M: number[][], places: number[]) => take(M, places).map((row) => take(row, columns));
    return {
      ...problem,
      Q: rows(Q, columns),
      p: take(p, columns),
      G: rows(G, inG),
      h: take(h, inG),
      A: rows(A, inA),
      b: take(b, inA),
      x: take(x, columns),
      ineqDual: take(ineqDual, inG),
      eqDual: take(eqDual, inA),
      unit: take(unit, columns),
    };
  };

/** 1e-8 … 1e8, every second time a power of two, so that nothing is rounded. */
function factorOf(grid: Grid): number {
  const exact = 2 ** grid.integer(-26, 26);
  const rounded = magnitude(grid, -8, 8);
  return grid.uniform() < 0.5 ? exact : rounded;
}

const scaledRow: ChangeKind = (grid) => {
  const kind = grid.uniform();
  const all = grid.uniform() < 0.3;
  return (problem, {matrices}) => {
    const {m, k, G, h, A, b, ineqDual, eqDual} = problem;
    const equality = m === 0 || (k > 0 && kind < 0.4);
    const count = equality ? k : m;
    if (count === 0) return problem;
    const chosen = matrices.integer(0, count - 1);
    const factors = Array.from({length: count}, (_, i) => {
      const factor = factorOf(matrices);
      return all || i === chosen ? factor : 1;
    });
    const rows = (M: number[][]) => M.map((row, i) => row.map((value) => value * factors[i]));
    const by = (values: number[]) => values.map((value, i) => value / factors[i]);
    if (equality) {
      return {...problem, A: rows(A), b: b.map((value, i) => value * factors[i]), eqDual: by(eqDual)};
    }
    // A bound stays one, and no bound stays none.
    const scaled = h.map((value, i) => (value >= 1e20 ? value : Math.min(value * factors[i], 9e19)));
    return {...problem, G: rows(G), h: scaled, ineqDual: by(ineqDual)};
  };
};

const scaledColumn: ChangeKind = (grid) => {
  const all = grid.uniform() < 0.3;
  return (problem, {matrices}) => {
    const {n, Q, p, G, A, x, unit} = problem;
    const chosen = matrices.integer(0, n - 1);
    const factors = Array.from({length: n}, (_, j) => {
      const factor = factorOf(matrices);
      return all || j === chosen ? factor : 1;
    });
    const columns = (M: number[][]) => M.map((row) => row.map((value, j) => value * factors[j]));
    return {
      ...problem,
      Q: columns(Q).map((row, i) => row.map((value) => value * factors[i])),
      p: p.map((value, j) => value * factors[j]),
      G: columns(G),
      A: columns(A),
      x: x.map((value, j) => value / factors[j]),
      unit: unit.map((value, j) => value / factors[j]),
    };
  };
};

const scaledObjective: ChangeKind =
  () =>
  (problem, {matrices}) => {
    const factor = factorOf(matrices);
    const times = (values: number[]) => values.map((value) => value * factor);
    const {Q, p, ineqDual, eqDual} = problem;
    return {...problem, Q: Q.map(times), p: times(p), ineqDual: times(ineqDual), eqDual: times(eqDual)};
  };

export const CHANGES: Record<string, ChangeKind> = {
  'inert row': inertRow,
  'zero row': zeroRow,
  'far bounds': farBounds,
  'fixed variable': fixedVariable,
  'priced out': pricedOut,
  'duplicate row': duplicateRow,
  'other order': otherOrder,
  'scaled row': scaledRow,
  'scaled column': scaledColumn,
  'scaled objective': scaledObjective,
};
