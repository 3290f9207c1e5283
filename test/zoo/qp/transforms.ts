/** @file Changes to a quadratic program that keep its status and its optimal value. */
import {dot, Grid, times, type QPCase} from './case.js';

/** Every row of one kind once more, times a power of two. */
export function duplicateRows(problem: QPCase, kind: 'inequality' | 'equality', factor = 1): QPCase {
  const {G, h, A, b, m, k} = problem;
  const scaled = (rows: number[][]) => rows.map((row) => row.map((value) => factor * value));
  const name = `${problem.name}, each ${kind} twice (×${factor})`;
  return kind === 'inequality'
    ? {...problem, name, m: 2 * m, G: [...G, ...scaled(G)], h: [...h, ...h.map((value) => factor * value)]}
    : {...problem, name, k: 2 * k, A: [...A, ...scaled(A)], b: [...b, ...b.map((value) => factor * value)]};
}

/** One more row of either kind: the sum of all there are. */
export function addSumRows(problem: QPCase): QPCase {
  const {G, h, A, b, m, k, n} = problem;
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const columnSums = (rows: number[][]) => Array.from({length: n}, (_, j) => sum(rows.map((row) => row[j])));
  return {
    ...problem,
    name: `${problem.name}, with the sums of its rows`,
    m: m > 0 ? m + 1 : 0,
    G: m > 0 ? [...G, columnSums(G)] : G,
    h: m > 0 ? [...h, sum(h)] : h,
    k: k > 0 ? k + 1 : 0,
    A: k > 0 ? [...A, columnSums(A)] : A,
    b: k > 0 ? [...b, sum(b)] : b,
  };
}

/** xᵢ ≤ cᵢ and −xᵢ ≤ −cᵢ for the first entries of c; the optimum is kept only if c is a part of a solution. */
export function fixVariables(problem: QPCase, c: number[]): QPCase {
  const unit = (i: number, value: number) => new Array<number>(problem.n).fill(0).with(i, value);
  return {
    ...problem,
    name: `${problem.name}, ${c.length} variables fixed by two inequalities`,
    m: problem.m + 2 * c.length,
    G: [...problem.G, ...c.map((_, i) => unit(i, 1)), ...c.map((_, i) => unit(i, -1))],
    h: [...problem.h, ...c, ...c.map((value) => -value)],
  };
}

/** The same problem in x + t. */
export function shift(problem: QPCase, t: number[], label: string): QPCase {
  const {Q, p, G, h, A, b, constant = 0} = problem;
  const Qt = times(Q, t);
  return {
    ...problem,
    name: `${problem.name}, shifted by ${label}`,
    p: p.map((value, j) => value - Qt[j]),
    h: h.map((value, i) => value + dot(G[i], t)),
    b: b.map((value, i) => value + dot(A[i], t)),
    constant: constant + dot(t, Qt) / 2 - dot(p, t),
  };
}

/** Rows, columns and the objective times random powers of two, 2^−exponent … 2^exponent. */
export function scale(
  problem: QPCase,
  {columns = 0, rows = 0, weight = 0}: {columns?: number; rows?: number; weight?: number},
  seed = '1',
): QPCase {
  const grid = new Grid(`${problem.name} ${seed}`);
  const powers = (count: number, exponent: number) =>
    Array.from({length: count}, () => 2 ** grid.integer(-exponent, exponent));
  const c = powers(problem.n, columns);
  const rowsG = powers(problem.m, rows);
  const rowsA = powers(problem.k, rows);
  const [w] = powers(1, weight);
  const scaleRows = (M: number[][], factors: number[]) =>
    M.map((row, i) => row.map((value, j) => factors[i] * value * c[j]));
  const {Q, p, G, h, A, b, optimum, constant} = problem;
  return {
    ...problem,
    name: `${problem.name}, columns ×2^±${columns} rows ×2^±${rows} objective ×2^±${weight} ${seed}`,
    Q: scaleRows(
      Q,
      c.map((value) => w * value),
    ),
    p: p.map((value, j) => w * c[j] * value),
    G: scaleRows(G, rowsG),
    h: h.map((value, i) => rowsG[i] * value),
    A: scaleRows(A, rowsA),
    b: b.map((value, i) => rowsA[i] * value),
    constant: constant === undefined ? undefined : w * constant,
    optimum: optimum === undefined ? undefined : w * optimum,
    scaledFrom: {problem, columns: c, rowsG, rowsA, weight: w},
  };
}
