/** @file Random quadratic programs whose status is known because a solution, or a certificate, is built in. */
import {
  add,
  dot,
  gram,
  Grid,
  objectiveOf,
  ones,
  qpCase,
  times,
  transposedTimes,
  zeros,
  type QPCase,
} from './case.js';

export interface PlantedRecipe {
  n: number;
  m?: number;
  k?: number;
  /** Of Q. Default n. */
  rank?: number;
  /** Inequalities that hold with equality. Default m/2, at most n − k. */
  active?: number;
  /** How many of these have the multiplier zero. */
  weak?: number;
  density?: number;
  seed?: string;
}

type Shape = Required<PlantedRecipe>;

function complete(recipe: PlantedRecipe): Shape {
  const {n, m = 0, k = 0, seed = '1'} = recipe;
  const active = recipe.active ?? Math.max(0, Math.min(Math.floor(m / 2), n - k));
  return {rank: n, weak: 0, density: 1, ...recipe, m, k, active, seed};
}

function nameOf(kind: string, {n, m, k, rank, active, weak, seed}: Shape): string {
  return `${kind} n=${n} m=${m} k=${k} rank=${rank} active=${active} weak=${weak} seed=${seed}`;
}

/** Q of the given rank, as BᵀB / 4; 4 keeps it near one and the grid exact. */
function randomQ(grid: Grid, n: number, rank: number): number[][] {
  return gram(grid.matrix(rank, n), n).map((row) => row.map((value) => value / 4));
}

/** p = −Qx − Gᵀλ − Aᵀν: (λ, ν) is dual feasible, and (x, λ, ν) solves the problem if it is complementary. */
function stationaryP(
  Q: number[][],
  x: number[],
  G: number[][],
  l: number[],
  A: number[][],
  nu: number[],
): number[] {
  const n = x.length;
  return add(times(Q, x), transposedTimes(G, l, n), transposedTimes(A, nu, n)).map((value) => -value);
}

/** Feasible and bounded: a primal–dual solution is chosen first, and the data are built around it. */
export function planted(recipe: PlantedRecipe): QPCase {
  const shape = complete(recipe);
  const {n, m, k, rank, active, weak, density} = shape;
  const name = nameOf('planted', shape);
  const grid = new Grid(name);
  const Q = randomQ(grid, n, rank);
  const G = grid.matrix(m, n, density);
  const A = grid.matrix(k, n, density);
  const x = grid.vector(n);
  const lambda = G.map((_, i) => (i >= weak && i < active ? grid.positive() : 0));
  const nu = grid.vector(k);
  const h = G.map((row, i) => dot(row, x) + (i < active ? 0 : grid.positive()));
  const problem = qpCase({name, Q, p: stationaryP(Q, x, G, lambda, A, nu), G, h, A, b: times(A, x)});
  return {...problem, optimum: objectiveOf(problem, x)};
}

/**
 * Primal infeasible: the last row is minus the sum of some others (a Farkas ray of ones), its right-hand side `margin` too
 * small. Dual feasible, so not unbounded.
 */
export function plantedInfeasible(recipe: PlantedRecipe & {margin?: number}): QPCase {
  const {margin = 1} = recipe;
  const shape = complete(recipe);
  const {n, m, k, rank, density} = shape;
  const name = `${nameOf('infeasible', shape)} margin=${margin}`;
  const grid = new Grid(name);
  const Q = randomQ(grid, n, rank);
  const rows = grid.matrix(m + k, n, density);
  const [d, x] = [grid.vector(m + k), grid.vector(n)];
  const chosen = rows.map((_, i) => i < m + k - 1 && (grid.uniform() < 0.5 || i === 0));
  const last = m + k - 1;
  rows[last] = transposedTimes(rows, chosen.map(Number), n).map((value) => -value);
  d[last] = -margin - dot(chosen.map(Number), d);
  // The rows of G first, or those of A: the last one is then an equality or an inequality.
  const ineqFirst = m === 0 || (k > 0 && grid.uniform() < 0.5);
  const [G, h] = ineqFirst ? [rows.slice(0, m), d.slice(0, m)] : [rows.slice(k), d.slice(k)];
  const [A, b] = ineqFirst ? [rows.slice(m), d.slice(m)] : [rows.slice(0, k), d.slice(0, k)];
  const lambda = G.map(() => grid.positive());
  const p = stationaryP(Q, x, G, lambda, A, grid.vector(k));
  return qpCase({name, Q, p, G, h, A, b, expectedStatus: 1});
}

/** Unbounded: a feasible point, and a direction d with Qd = 0, Gd ≤ 0, Ad = 0, pᵀd = −1. */
export function plantedUnbounded(recipe: PlantedRecipe): QPCase {
  const shape = complete(recipe);
  const {n, m, k, rank, density} = shape;
  const name = nameOf('unbounded', shape);
  const grid = new Grid(name);
  const d = Array.from({length: n}, () => grid.integer(-2, 2));
  const pivot = grid.integer(0, n - 1);
  d[pivot] = grid.uniform() < 0.5 ? 1 : -1;
  /** Rows changed in one entry so that row·d is as given. */
  const along = (rows: number[][], slopes: number[]) =>
    rows.map((row, i) => row.with(pivot, row[pivot] - d[pivot] * (dot(row, d) - slopes[i])));
  const G = along(
    grid.matrix(m, n, density),
    Array.from({length: m}, () => -grid.integer(0, 4) / 4),
  );
  const A = along(grid.matrix(k, n, density), ones(k, 0));
  const factor = along(grid.matrix(Math.min(rank, n - 1), n), ones(n, 0));
  const Q = factor.length > 0 ? gram(factor, n).map((row) => row.map((value) => value / 4)) : zeros(n, n);
  const [p] = along([grid.vector(n)], [-1]);
  const x = grid.vector(n);
  const h = G.map((row) => dot(row, x) + grid.integer(0, 8) / 8);
  return qpCase({name, Q, p, G, h, A, b: times(A, x), expectedStatus: 2});
}
