/**
 * @file Reads a folder of quadratic programs: one gzipped JSON file each, min ½xᵀPx + qᵀx + r subject to l ≤ Ax ≤ u.
 *
 * {name, n, m, P, q, r, A, l, u, optimum, status}: P (its upper triangle) and A are {i, j, v}, l and u hold null where there
 * is no bound, `optimum` and `status` are those of a reference solver.
 */
import {readdir, readFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {qpCase, type QPCase} from '../test/zoo/qp/case.js';

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

/** A row of a matrix without its zeros. */
export interface SparseRow {
  columns: number[];
  values: number[];
}

/** A problem in the form of the library, in f64: rows with l = u become equalities, others one or two inequalities, and rows without bounds go. */
export interface SparseProblem {
  name: string;
  n: number;
  Q: SparseRow[];
  p: number[];
  G: SparseRow[];
  h: number[];
  A: SparseRow[];
  b: number[];
  constant: number;
}

export function sparseForm({name, n, m, P, q, r, A, l, u}: SetProblem): SparseProblem {
  const Q = rowsOf(n, [...P.i, ...P.j.filter((j, at) => j !== P.i[at])], [
    ...P.j,
    ...P.i.filter((i, at) => i !== P.j[at]),
  ], [...P.v, ...P.v.filter((_, at) => P.i[at] !== P.j[at])]); // prettier-ignore
  const problem: SparseProblem = {...{name, n, Q, p: q, constant: r}, ...{G: [], h: [], A: [], b: []}};
  rowsOf(m, A.i, A.j, A.v).forEach((row, i) => {
    const [low, high] = [l[i], u[i]];
    if (low !== null && low === high) {
      problem.A.push(row);
      problem.b.push(low);
      return;
    }
    if (high !== null) {
      problem.G.push(row);
      problem.h.push(high);
    }
    if (low !== null) {
      problem.G.push({columns: row.columns, values: row.values.map((value) => -value)});
      problem.h.push(-low);
    }
  });
  return problem;
}

/** The entries row by row; those at the same place are added. */
function rowsOf(count: number, is: number[], js: number[], values: number[]): SparseRow[] {
  const rows = Array.from({length: count}, () => new Map<number, number>());
  is.forEach((i, at) => rows[i].set(js[at], (rows[i].get(js[at]) ?? 0) + values[at]));
  return rows.map((row) => ({columns: [...row.keys()], values: [...row.values()]}));
}

/** The same problem with dense matrices. */
export function denseForm({name, n, Q, p, G, h, A, b, constant}: SparseProblem): QPCase {
  const dense = (rows: SparseRow[]) =>
    rows.map(({columns, values}) => {
      const row = new Array<number>(n).fill(0);
      columns.forEach((j, at) => (row[j] = values[at]));
      return row;
    });
  return qpCase({name, Q: dense(Q), p, G: dense(G), h, A: dense(A), b, constant});
}

/** The data as tensors have them. */
export function roundedForm(problem: SparseProblem): SparseProblem {
  const round = (values: number[]) => values.map(Math.fround);
  const rows = (matrix: SparseRow[]) => matrix.map(({columns, values}) => ({columns, values: round(values)}));
  const {Q, p, G, h, A, b} = problem;
  return {...problem, Q: rows(Q), p: round(p), G: rows(G), h: round(h), A: rows(A), b: round(b)};
}

/** The product of a row and a vector. */
export function dot({columns, values}: SparseRow, x: number[]): number {
  return columns.reduce((sum, j, at) => sum + values[at] * x[j], 0);
}

/**
 * How far the optimum may move, to first order, because the data were rounded to f32: by the multipliers, and by what x
 * itself makes of the rounding.
 */
export function roundingOfOptimum(
  problem: SparseProblem,
  x: number[],
  ineqDual: number[],
  eqDual: number[],
): number {
  const rounded = roundedForm(problem);
  const rowError = (row: SparseRow, other: SparseRow) =>
    row.columns.reduce((sum, j, at) => sum + Math.abs((row.values[at] - other.values[at]) * x[j]), 0);
  const {Q, p, G, h, A, b} = problem;
  let total = p.reduce((sum, value, j) => sum + Math.abs((value - rounded.p[j]) * x[j]), 0);
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
  // Before the first entry of a row, its factor is zero, too.
  const first = L.map((row, i) => Math.min(i, row.findIndex((value) => value !== 0) >>> 0));
  for (let i = 0; i < n; i++) {
    for (let j = first[i]; j <= i; j++) {
      let sum = L[i][j] + (i === j ? shift : 0);
      for (let l = Math.max(first[i], first[j]); l < j; l++) sum -= L[i][l] * L[j][l];
      if (i !== j) L[i][j] = L[j][j] > 0 ? sum / L[j][j] : 0;
      else if (sum < 0) return true;
      else L[i][i] = Math.sqrt(sum);
    }
  }
  return false;
}
