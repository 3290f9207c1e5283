/** @file Random quadratic programs of many kinds whose solution, with its multipliers, is known exactly. */
import {add, gram, qpCase, times, transposedTimes, zeros, type Grid, type QPCase} from './case.js';

export interface SolvedCase extends QPCase {
  x: number[];
  ineqDual: number[];
  eqDual: number[];
  /** Whether x is the only solution, and well determined. */
  unique: boolean;
  /** A variable each: the unit that an error in it is measured in. */
  unit: number[];
}

/** Random numbers for the matrices, which samples of a batch may share, and for the vectors, which they do not. */
export interface Dice {
  matrices: Grid;
  vectors: Grid;
}

export interface Shape {
  n: number;
  m: number;
  k: number;
  /** Of Q. */
  rank: number;
}

/** One kind of problem: the draw of a shape, and of a problem of that shape. */
export interface Family {
  shape: (grid: Grid) => Shape;
  draw: (shape: Shape, dice: Dice) => SolvedCase;
}

/** Builds h, b and p around x, the slacks and the multipliers. */
export function around(parts: {
  name: string;
  Q: number[][];
  G?: number[][];
  A?: number[][];
  x: number[];
  ineqDual?: number[];
  eqDual?: number[];
  slack?: number[];
}): SolvedCase {
  const {name, Q, G = [], A = [], x, ineqDual = [], eqDual = [], slack = []} = parts;
  const n = x.length;
  const p = add(times(Q, x), transposedTimes(G, ineqDual, n), transposedTimes(A, eqDual, n)).map((v) => -v);
  const h = times(G, x).map((value, i) => value + slack[i]);
  const problem = qpCase({name, Q, p, G, h, A, b: times(A, x)});
  const largest = Math.max(1, ...x.map(Math.abs));
  const strict = G.filter((_, i) => ineqDual[i] > 0);
  const unit = x.map(() => largest);
  return {...problem, x, ineqDual, eqDual, unique: determines(Q, [...A, ...strict]), unit};
}

/** Whether Q + NᵀN is far from singular: its inverse, by Gauss and Jordan. */
function determines(Q: number[][], N: number[][]): boolean {
  const n = Q.length;
  const rows = gram(N, n).map((row, i) => [
    ...row.map((value, j) => value + Q[i][j]),
    ...zeros(1, n)[0].with(i, 1),
  ]);
  const size = Math.max(
    ...rows.map((row) => row.slice(0, n).reduce((sum, value) => sum + Math.abs(value), 0)),
  );
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let i = c + 1; i < n; i++) if (Math.abs(rows[i][c]) > Math.abs(rows[pivot][c])) pivot = i;
    [rows[c], rows[pivot]] = [rows[pivot], rows[c]];
    if (Math.abs(rows[c][c]) < 1e-6 * size) return false;
    const scaled = rows[c].map((value) => value / rows[c][c]);
    rows.forEach((row, i) => {
      rows[i] = i === c ? scaled : row.map((value, j) => value - row[c] * scaled[j]);
    });
  }
  const inverse = Math.max(
    ...rows.map((row) => row.slice(n).reduce((sum, value) => sum + Math.abs(value), 0)),
  );
  return size * inverse < 1e3;
}

const randomQ = (grid: Grid, n: number, rank: number, ridge = 0) =>
  gram(grid.matrix(rank, n), n).map((row, i) => row.map((value, j) => value / 4 + (i === j ? ridge : 0)));

const integers = (grid: Grid, rows: number, columns: number, largest: number) =>
  Array.from({length: rows}, () => Array.from({length: columns}, () => grid.integer(-largest, largest)));

/** m inequalities, of which some are active and few of these weakly, and k equalities. */
function general(name: string, ridge: number) {
  return ({n, m, k, rank}: Shape, {matrices, vectors}: Dice): SolvedCase => {
    const Q = randomQ(matrices, n, rank, ridge);
    const G = matrices.matrix(m, n);
    const A = matrices.matrix(k, n);
    const most = rank === 0 && vectors.uniform() < 0.7 ? n - k : vectors.integer(0, Math.max(0, n - k));
    const active = Math.min(m, most);
    const weak = vectors.uniform() < 0.15 ? vectors.integer(0, 1) : 0;
    const ineqDual = G.map((_, i) => (i >= weak && i < active ? vectors.positive() : 0));
    const slack = G.map((_, i) => (i < active ? 0 : vectors.positive()));
    return around({name, Q, G, A, x: vectors.vector(n), ineqDual, slack, eqDual: vectors.vector(k)});
  };
}

/** x ≥ 0, Σ x = 1, with some entries zero. */
function simplex({n, rank}: Shape, {matrices, vectors}: Dice): SolvedCase {
  const Q = randomQ(matrices, n, rank, rank === 0 ? 0 : 0.25);
  const parts = Array.from({length: n}, () => (vectors.uniform() < 0.5 ? 0 : vectors.integer(1, 3)));
  parts[0] ||= 1;
  const total = parts.reduce((sum, value) => sum + value, 0);
  // Eighths that sum to one need not divide by the total: the first entry takes the rest.
  const x = parts.map((value) => Math.floor((8 * value) / total) / 8);
  x[0] += 1 - x.reduce((sum, value) => sum + value, 0);
  const ineqDual = x.map((value) => (value === 0 ? vectors.positive() : 0));
  const G = zeros(n, n).map((row, i) => row.with(i, -1));
  const A = [new Array<number>(n).fill(1)];
  return around({name: 'simplex', Q, G, A, x, ineqDual, slack: x, eqDual: vectors.vector(1)});
}

/** l ≤ x ≤ u as 2n rows. */
function box({n, rank}: Shape, {matrices, vectors}: Dice): SolvedCase {
  const Q = randomQ(matrices, n, rank, rank === 0 ? 0 : 0.25);
  const x = vectors.vector(n);
  const place = x.map(() => vectors.integer(0, 2));
  const at = (which: number) => place.map((value) => (value === which ? vectors.positive() : 0));
  const off = (which: number) => place.map((value) => (value === which ? 0 : vectors.positive()));
  const unit = (sign: number) => zeros(n, n).map((row, i) => row.with(i, sign));
  return around({
    name: 'box',
    Q,
    G: [...unit(1), ...unit(-1)],
    x,
    ineqDual: [...at(1), ...at(2)],
    slack: [...off(1), ...off(2)],
  });
}

/** More rows meet at the solution than there are variables, all with small whole numbers. */
function degenerate({n, m, rank}: Shape, {matrices, vectors}: Dice): SolvedCase {
  const factor = integers(matrices, rank, n, 2);
  const rows = integers(matrices, m, n, 3);
  const unit = (sign: number) => zeros(n, n).map((row, i) => row.with(i, sign));
  const x = Array.from({length: n}, () => vectors.integer(-3, 3));
  const ineqDual = rows.map(() => (vectors.uniform() < 0.4 ? vectors.positive() : 0));
  const wide = x.flatMap(() => [0, 0]);
  return around({
    name: rank === 0 ? 'degenerate LP' : 'degenerate QP',
    Q: gram(factor, n),
    G: [...rows, ...unit(1), ...unit(-1)],
    x,
    ineqDual: [...ineqDual, ...wide],
    slack: [...rows.map(() => 0), ...x.map((value) => 10 - value), ...x.map((value) => 10 + value)],
  });
}

/** All h are 0, and so is the solution. */
function apex({n, m, rank}: Shape, {matrices, vectors}: Dice): SolvedCase {
  const Q = randomQ(matrices, n, rank, 0.25);
  const G = matrices.matrix(m, n);
  const x = new Array<number>(n).fill(0);
  const ineqDual = G.map(() => (vectors.uniform() < 0.7 ? vectors.positive() : 0));
  return around({name: 'apex', Q, G, x, ineqDual, slack: G.map(() => 0)});
}

/** The nearest point, Q = 1. */
function nearest({n, m, k}: Shape, dice: Dice): SolvedCase {
  return general('nearest point', 1)({n, m, k, rank: 0}, dice);
}

const shape =
  (of: (grid: Grid, n: number) => Partial<Shape>, smallest = 1) =>
  (grid: Grid): Shape => {
    const n = grid.integer(smallest, 7);
    return {n, m: 0, k: 0, rank: n, ...of(grid, n)};
  };

export const SOLVED_FAMILIES: Record<string, Family> = {
  'strictly convex': {
    shape: shape((grid, n) => ({m: grid.integer(1, 2 * n), k: grid.integer(0, (n - 1) >> 1)})),
    draw: general('strictly convex', 0.25),
  },
  semidefinite: {
    shape: shape(
      (grid, n) => ({m: grid.integer(n, 2 * n), k: grid.integer(0, 1), rank: grid.integer(1, n - 1)}),
      2,
    ),
    draw: general('semidefinite', 0),
  },
  'linear program': {
    shape: shape((grid, n) => ({m: grid.integer(n, 3 * n), k: grid.integer(0, 1), rank: 0}), 2),
    draw: general('linear program', 0),
  },
  equalities: {
    shape: shape((grid, n) => ({k: grid.integer(1, n - 1)}), 2),
    draw: general('equalities', 0.25),
  },
  'nearest point': {
    shape: shape((grid, n) => ({m: grid.integer(1, 2 * n), k: grid.integer(0, (n - 1) >> 1)})),
    draw: nearest,
  },
  'simplex QP': {shape: shape(() => ({}), 2), draw: simplex},
  'simplex LP': {shape: shape(() => ({rank: 0}), 2), draw: simplex},
  'box QP': {shape: shape(() => ({})), draw: box},
  'box LP': {shape: shape(() => ({rank: 0})), draw: box},
  'degenerate LP': {shape: shape((grid, n) => ({m: grid.integer(n, 3 * n), rank: 0}), 2), draw: degenerate},
  'degenerate QP': {
    shape: shape((grid, n) => ({m: grid.integer(n, 2 * n), rank: grid.integer(1, n)}), 2),
    draw: degenerate,
  },
  apex: {shape: shape((grid, n) => ({m: grid.integer(1, 2 * n)})), draw: apex},
};
