/** @file Random quadratic programs that are hard on purpose; where a solution or a proof is built in, it comes with them. */
import {add, gram, Grid, qpCase, times, transposedTimes, zeros, type QPCase} from './case.js';
import {plantedInfeasible, plantedUnbounded} from './planted.js';
import {magnitude} from './unchanged.js';
import {scale} from './transforms.js';

export interface NastyCase extends QPCase {
  /** A solution up to rounding, if one is built in. */
  planted?: {x: number[]; ineqDual: number[]; eqDual: number[]};
  /** Whether `expectedStatus` is known to be right. */
  known: boolean;
}

interface Shape {
  n: number;
  m: number;
  k: number;
}

type Draw = (shape: Shape, grid: Grid, seed: string) => NastyCase;

/** Standard normal, with all its digits. */
function normal(grid: Grid): number {
  return Math.sqrt(-2 * Math.log(1 - grid.uniform())) * Math.cos(2 * Math.PI * grid.uniform());
}

const list = (count: number, of: (i: number) => number) => Array.from({length: count}, (_, i) => of(i));
const matrix = (rows: number, columns: number, of: (i: number, j: number) => number) =>
  Array.from({length: rows}, (_, i) => list(columns, (j) => of(i, j)));
const f32 = (rows: number[][]) => rows.map((row) => row.map(Math.fround));
const power = (grid: Grid, from: number, to: number) => 10 ** (from + (to - from) * grid.uniform());

/** Symmetric, semidefinite up to rounding. */
function psd(factor: number[][], n: number): number[][] {
  return gram(factor, n).map((row) => row.map((value) => value / Math.max(1, factor.length)));
}

/** Rounds the matrices first, so that h, b and p fit to what f32 holds of them. */
function plant(parts: {
  name: string;
  Q: number[][];
  G: number[][];
  A: number[][];
  x: number[];
  ineqDual: number[];
  eqDual: number[];
  slack: number[];
}): NastyCase {
  const {name, x, ineqDual, eqDual, slack} = parts;
  const [Q, G, A] = [f32(parts.Q), f32(parts.G), f32(parts.A)];
  const n = x.length;
  const p = add(times(Q, x), transposedTimes(G, ineqDual, n), transposedTimes(A, eqDual, n)).map((v) => -v);
  const h = times(G, x).map((value, i) => value + slack[i]);
  return {...qpCase({name, Q, p, G, h, A, b: times(A, x)}), planted: {x, ineqDual, eqDual}, known: true};
}

/** At most n − k rows active, some of them hardly. */
function multipliers({n, m, k}: Shape, grid: Grid, spread: number) {
  const active = Math.min(m, grid.integer(0, n - k));
  const ineqDual = list(m, (i) => (i < active ? power(grid, -spread, spread) : 0));
  const slack = list(m, (i) => (i < active ? 0 : power(grid, -spread, spread)));
  return {ineqDual, slack, eqDual: list(k, () => normal(grid) * power(grid, -spread, spread))};
}

const randomFactor = (grid: Grid, n: number) => {
  const rank = grid.uniform() < 0.3 ? grid.integer(0, n) : n;
  return matrix(rank, n, () => normal(grid));
};

const KINDS: Record<string, Draw> = {
  'many magnitudes': (shape, grid) => {
    const {n, m, k} = shape;
    const [columns, rows] = [list(n, () => power(grid, -4, 4)), list(m + k, () => power(grid, -4, 4))];
    const entry = (i: number, j: number) =>
      grid.uniform() < 0.2 ? 0 : normal(grid) * rows[i] * columns[j] * power(grid, -1, 1);
    const factor = randomFactor(grid, n).map((row) => row.map((value, j) => value * columns[j]));
    const {ineqDual, slack, eqDual} = multipliers(shape, grid, 1);
    return plant({
      name: 'many magnitudes',
      Q: psd(factor, n),
      G: matrix(m, n, entry),
      A: matrix(k, n, (i, j) => entry(m + i, j)),
      x: columns.map((size) => normal(grid) / size),
      ineqDual: ineqDual.map((value, i) => value / rows[i]),
      slack: slack.map((value, i) => value * rows[i]),
      eqDual: eqDual.map((value, i) => value / rows[m + i]),
    });
  },
  'near-duplicate rows': (shape, grid) => {
    const {n, m, k} = shape;
    const base = matrix(2, n, () => normal(grid));
    const off = power(grid, -7, -2);
    const near = (row: number[]) => row.map((value) => value + off * normal(grid));
    const {slack, eqDual} = multipliers(shape, grid, 1);
    const isActive = list(m, () => (grid.uniform() < 0.5 ? 1 : 0));
    return plant({
      name: 'near-duplicate rows',
      Q: psd(randomFactor(grid, n), n),
      G: list(m, (i) => i).map((i) => near(base[i % 2])),
      A: matrix(k, n, () => normal(grid)),
      x: list(n, () => normal(grid)),
      ineqDual: isActive.map((flag) => flag * grid.uniform()),
      slack: slack.map((value, i) => (isActive[i] ? 0 : value * power(grid, -7, 0))),
      eqDual,
    });
  },
  wedge: (shape, grid) => {
    // Two rows that leave little room between them meet at the solution.
    const {n, m, k} = shape;
    const angle = power(grid, -5, -1);
    const g = list(n, () => normal(grid));
    const rows = matrix(m, n, () => normal(grid));
    rows[0] = g;
    if (m > 1) rows[1] = g.map((value) => -value + angle * normal(grid));
    const {slack, eqDual} = multipliers(shape, grid, 1);
    return plant({
      name: 'wedge',
      Q: psd(randomFactor(grid, n), n),
      G: rows,
      A: matrix(k, n, () => normal(grid)),
      x: list(n, () => normal(grid)),
      ineqDual: list(m, (i) => (i < 2 ? grid.uniform() : 0)),
      slack: slack.map((value, i) => (i < 2 ? 0 : value || 1)),
      eqDual,
    });
  },
  'little room': (shape, grid) => {
    const {n, m, k} = shape;
    const half = m >> 1;
    const rows = matrix(half, n, (i, j) => (grid.uniform() < 0.5 ? normal(grid) : i === j ? 1 : 0));
    const room = power(grid, -7, -2);
    const at = list(half, () => grid.integer(0, 2));
    const x = list(n, () => normal(grid));
    const on = (which: number) => at.map((value) => (value === which ? grid.uniform() : 0));
    const off = (which: number) => at.map((value) => (value === which ? 0 : room * (0.1 + grid.uniform())));
    const rest = m - 2 * half;
    return plant({
      name: 'little room',
      Q: psd(randomFactor(grid, n), n),
      G: [...rows, ...rows.map((row) => row.map((value) => -value)), ...matrix(rest, n, () => normal(grid))],
      A: matrix(k, n, () => normal(grid)),
      x,
      ineqDual: [...on(1), ...on(2), ...list(rest, () => 0)],
      slack: [...off(1), ...off(2), ...list(rest, () => 1)],
      eqDual: list(k, () => normal(grid)),
    });
  },
  'noise for zero rows': (shape, grid) => {
    const {n, m, k} = shape;
    const {ineqDual, slack, eqDual} = multipliers(shape, grid, 1);
    const problem = plant({
      name: 'noise for zero rows',
      Q: psd(randomFactor(grid, n), n),
      G: matrix(m, n, () => normal(grid)),
      A: matrix(k, n, () => normal(grid)),
      x: list(n, () => normal(grid)),
      ineqDual,
      slack,
      eqDual,
    });
    // Rows of zeros with the rounding errors of a computation in h.
    const sizes = [0, 1e-17, -1e-17, 1e-20, -1e-12, 1e-11];
    const last = m - 1;
    const zero = new Array<number>(n).fill(0);
    const {planted} = problem;
    return {
      ...problem,
      G: problem.G.with(last, zero),
      h: problem.h.with(last, sizes[grid.integer(0, sizes.length - 1)]),
      p: problem.p.map((value, j) => value + problem.G[last][j] * ineqDual[last]),
      planted: planted && {...planted, ineqDual: ineqDual.with(last, 0)},
    };
  },
  'huge and small costs': (shape, grid) => {
    const {n, m, k} = shape;
    const size = power(grid, -12, 12);
    const {ineqDual, slack, eqDual} = multipliers(shape, grid, 2);
    const each = list(n, () => (grid.uniform() < 0.5 ? 1 : power(grid, -6, 6)));
    const Q = psd(randomFactor(grid, n), n).map((row, i) =>
      row.map((value, j) => value * size * each[i] * each[j]),
    );
    return plant({
      name: 'huge and small costs',
      Q,
      G: matrix(m, n, () => normal(grid)),
      A: matrix(k, n, () => normal(grid)),
      x: list(n, () => normal(grid)),
      ineqDual: ineqDual.map((value) => value * size),
      slack,
      eqDual: eqDual.map((value) => value * size),
    });
  },
  'ill-conditioned Q': (shape, grid) => {
    const {n, m, k} = shape;
    const factor = matrix(n, n, () => normal(grid)).map((row) => {
      const size = power(grid, -6, 0);
      return row.map((value) => value * size);
    });
    return plant({
      name: 'ill-conditioned Q',
      Q: lifted(psd(factor, n)),
      G: matrix(m, n, () => normal(grid)),
      A: matrix(k, n, () => normal(grid)),
      x: list(n, () => normal(grid)),
      ...multipliers(shape, grid, 1),
    });
  },
  'equalities that agree up to rounding': (shape, grid) => {
    const {n, m} = shape;
    const k = Math.max(2, shape.k);
    const rows = matrix(k, n, () => grid.integer(-3, 3));
    const sum = rows[0].map((_, j) => rows.slice(0, -1).reduce((total, row) => total + row[j], 0));
    rows[k - 1] = sum;
    return plant({
      name: 'equalities that agree up to rounding',
      Q: psd(
        matrix(n, n, () => normal(grid)),
        n,
      ),
      G: matrix(m, n, () => normal(grid)),
      A: rows,
      x: list(n, () => grid.integer(-30, 30) / 10),
      ...multipliers({...shape, k}, grid, 1),
    });
  },
  'linear program': (shape, grid) => {
    const {n, m, k} = shape;
    const rows = list(m, () => power(grid, -3, 3));
    const {ineqDual, slack, eqDual} = multipliers(shape, grid, 2);
    return plant({
      name: 'linear program',
      Q: zeros(n, n),
      G: matrix(m, n, (i) => (grid.uniform() < 0.3 ? 0 : normal(grid) * rows[i])),
      A: matrix(k, n, () => grid.integer(-1, 1)),
      x: list(n, () => normal(grid) * power(grid, -2, 2)),
      ineqDual: ineqDual.map((value, i) => value / rows[i]),
      slack: slack.map((value, i) => value * rows[i]),
      eqDual,
    });
  },
  'nothing built in': ({n, m, k}, grid) => {
    const entry = () => {
      const which = grid.integer(0, 5);
      return which < 2 ? 0 : which < 5 ? grid.integer(-1, 1) : normal(grid) * power(grid, -4, 4);
    };
    const rank = grid.integer(0, n);
    const Q = lifted(psd(matrix(rank, n, entry), n));
    const G = matrix(m, n, entry);
    const bounds = list(m, () => (grid.uniform() < 0.1 ? magnitude(grid, 2, 20) : entry()));
    return {
      ...qpCase({
        name: 'nothing built in',
        Q,
        p: list(n, entry),
        G,
        h: bounds,
        A: matrix(k, n, entry),
        b: list(k, entry),
      }),
      known: false,
    };
  },
  infeasible: ({n, m, k}, grid, seed) => {
    const margin = 2 ** grid.integer(-8, 8);
    const drawn = plantedInfeasible({n, m: Math.max(m, 2), k, rank: grid.integer(0, n), margin, seed});
    const spread = grid.integer(0, 12);
    return {...scale(drawn, {rows: spread, columns: spread, weight: spread}, seed), known: true};
  },
  unbounded: ({n, m, k}, grid, seed) => {
    const drawn = plantedUnbounded({n, m, k, rank: grid.integer(0, n), seed});
    const spread = grid.integer(0, 12);
    return {...scale(drawn, {rows: spread, columns: spread, weight: spread}, seed), known: true};
  },
};

export const NASTY_KINDS = Object.keys(KINDS);

/** So that rounding to f32 leaves it semidefinite. */
function lifted(Q: number[][]): number[][] {
  return Q.map((row, i) =>
    row.with(i, row[i] + 2 ** -22 * row.reduce((sum, value) => sum + Math.abs(value), 0)),
  );
}

/** A batch of one kind and shape. */
export function nastyBatch(seed: string, count: number, only?: string): NastyCase[] {
  const grid = new Grid(seed);
  const kinds = NASTY_KINDS.filter((name) => !only || name.includes(only));
  const kind = kinds[grid.integer(0, kinds.length - 1)];
  const n = grid.integer(1, 7);
  const shape = {n, m: grid.integer(1, 2 * n), k: grid.integer(0, (n - 1) >> 1)};
  return Array.from({length: count}, (_, i) => {
    const problem = KINDS[kind](shape, new Grid(`${seed} ${i}`), `${seed} ${i}`);
    const round = (values: number[]) => values.map(Math.fround);
    const {Q, p, G, h, A, b} = problem;
    return {
      ...problem,
      name: kind,
      Q: f32(Q),
      p: round(p),
      G: f32(G),
      h: round(h),
      A: f32(A),
      b: round(b),
    };
  });
}
