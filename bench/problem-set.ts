/**
 * @file Reads a folder of quadratic programs: one gzipped JSON file each, min ½xᵀPx + qᵀx + r subject to l ≤ Ax ≤ u.
 *
 * {name, n, m, P, q, r, A, l, u, optimum, status}: P (its upper triangle) and A are {i, j, v}, l and u hold null where there
 * is no bound, `optimum` and `status` are those of a reference solver.
 */
import {readdir, readFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {qpCase, toF32, zeros, type QPCase} from '../test/zoo/qp/case.js';

interface Entries {
  i: number[];
  j: number[];
  v: number[];
}

/** As the files have it. */
export interface SetProblem {
  name: string;
  n: number;
  m: number;
  P: Entries;
  q: number[];
  r: number;
  A: Entries;
  l: (number | null)[];
  u: (number | null)[];
  optimum: number;
  status: string;
}

/** The files of a folder, in order of their names. */
export async function filesOf(folder: string): Promise<{name: string; path: string}[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json.gz')).sort();
  if (files.length === 0) throw new Error(`No file *.json.gz in ${folder}.`);
  return files.map((file) => ({name: basename(file, '.json.gz'), path: join(folder, file)}));
}

export async function readProblem(path: string): Promise<SetProblem> {
  return JSON.parse(gunzipSync(await readFile(path)).toString()) as SetProblem;
}

/** Rows with l = u become equalities, others one or two inequalities, and rows without bounds go. Dense, in f64. */
export function denseForm({name, n, m, P, q, r, A, l, u}: SetProblem): QPCase {
  const Q = zeros(n, n);
  P.i.forEach((i, at) => {
    const j = P.j[at];
    Q[i][j] += P.v[at];
    if (i !== j) Q[j][i] += P.v[at];
  });
  const rows = zeros(m, n);
  A.i.forEach((i, at) => (rows[i][A.j[at]] += A.v[at]));
  const G: number[][] = [];
  const h: number[] = [];
  const equalities: number[][] = [];
  const b: number[] = [];
  rows.forEach((row, i) => {
    const [low, high] = [l[i], u[i]];
    if (low !== null && low === high) {
      equalities.push(row);
      b.push(low);
      return;
    }
    if (high !== null) {
      G.push(row);
      h.push(high);
    }
    if (low !== null) {
      G.push(row.map((value) => -value));
      h.push(-low);
    }
  });
  return qpCase({name, Q, p: q, G, h, A: equalities, b, constant: r});
}

/**
 * How far the optimum may move, to first order, because the data were rounded to f32: by the multipliers, and by what x
 * itself makes of the rounding.
 */
export function roundingOfOptimum(
  problem: QPCase,
  x: number[],
  ineqDual: number[],
  eqDual: number[],
): number {
  const rounded = toF32(problem);
  const rowError = (row: number[], other: number[]) =>
    row.reduce((sum, value, j) => sum + Math.abs((value - other[j]) * x[j]), 0);
  const {Q, p, G, h, A, b} = problem;
  let total = rowError(p, rounded.p);
  Q.forEach((row, i) => (total += (Math.abs(x[i]) * rowError(row, rounded.Q[i])) / 2));
  G.forEach((row, i) => {
    total += Math.abs(ineqDual[i]) * (rowError(row, rounded.G[i]) + Math.abs(h[i] - rounded.h[i]));
  });
  A.forEach((row, i) => {
    total += Math.abs(eqDual[i]) * (rowError(row, rounded.A[i]) + Math.abs(b[i] - rounded.b[i]));
  });
  return total;
}

/** Whether P has an eigenvalue below zero by more than rounding: whether P + 1e-9·max|P| has no Cholesky factor. */
export function isIndefinite({Q, n}: QPCase): boolean {
  const shift =
    1e-9 * Q.reduce((most, row) => row.reduce((a, value) => Math.max(a, Math.abs(value)), most), 0);
  const L = Q.map((row) => Float64Array.from(row));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = L[i][j] + (i === j ? shift : 0);
      for (let l = 0; l < j; l++) sum -= L[i][l] * L[j][l];
      if (i !== j) L[i][j] = L[j][j] > 0 ? sum / L[j][j] : 0;
      else if (sum < 0) return true;
      else L[i][i] = Math.sqrt(sum);
    }
  }
  return false;
}
