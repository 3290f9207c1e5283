/**
 * @file Judges a quadratic program's answer in f64, row by row and column by column, without the library's help.
 *
 * Each row and column is measured against its own terms. Two rules keep rounding to f32 from failing right answers. Exact
 * zeros: an entry whose terms are below 1e-8 of every row and column that it stands in counts as 0. Sizes: |x_j| stands for
 * at least a hundredth of what the largest term of an equality, active row or row of Q would make of it; so do multipliers.
 */
import type {QPCase} from '../zoo/qp/case.js';

/** A row of a matrix: all its numbers, or those that are not zero, each column once. */
export type Row =
  readonly number[] | {readonly columns: readonly number[]; readonly values: readonly number[]};

/** Data of a problem; an h of 1e20 or more is no bound. */
export type Data = Pick<QPCase, 'Q' | 'p' | 'G' | 'h' | 'A' | 'b'>;

/** The same, with rows of either kind. */
type AnyData = Pick<QPCase, 'p' | 'h' | 'b'> & Record<'Q' | 'G' | 'A', readonly Row[]>;

export interface Answer {
  x: readonly number[];
  ineqDual: readonly number[];
  eqDual: readonly number[];
}

export interface Quotients {
  stationarity: number;
  inequality: number;
  equality: number;
  complementarity: number;
  sign: number;
}

/** From here on h says that there is no bound. */
export const NO_BOUND = 1e20;

/** A row of zeros is satisfied if its right-hand side is this close. */
const ROUNDING = 1e-10;

const NEGLIGIBLE = 1e-8;
const SIZE = 1e-2;
const HOPS = 3;

/** The largest of the quotients; Infinity where something is not a number. */
export function residualOf(data: AnyData, answer: Answer): number {
  const {x, ineqDual, eqDual} = answer;
  if (![...x, ...ineqDual, ...eqDual].every(Number.isFinite)) return Infinity;
  return Math.max(...Object.values<number>({...quotientsOf(data, answer)}));
}

export function quotientsOf(data: AnyData, answer: Answer): Quotients {
  const {Q, p} = data;
  const bounded = data.h.flatMap((value, i) =>
    value < NO_BOUND && !saysNothing(data.G[i], -value) ? [i] : [],
  );
  const equal = data.b.flatMap((value, i) => (saysNothing(data.A[i], Math.abs(value)) ? [] : [i]));
  // The multiplier of a row that does not exist must be exactly zero.
  const stray = answer.ineqDual.some((value, i) => !(data.h[i] < NO_BOUND) && value !== 0);
  const G = bounded.map((i) => data.G[i]);
  const h = bounded.map((i) => data.h[i]);
  const A = equal.map((i) => data.A[i]);
  const b = equal.map((i) => data.b[i]);
  const ineqDual = bounded.map((i) => answer.ineqDual[i]);
  const kept = {x: answer.x, ineqDual, eqDual: equal.map((i) => answer.eqDual[i])};
  const quotients = measure({Q, p, G, h, A, b}, withExactZeros({Q, p, G, h, A, b}, kept));
  return stray ? {...quotients, sign: Infinity} : quotients;
}

/** Whether a row has no coefficients, and a right-hand side that is missed by no more than rounding. */
function saysNothing(row: Row, missedBy: number): boolean {
  return missedBy <= ROUNDING && entriesOf(row).values.every((value) => value === 0);
}

/** The entries of a row that are not zero. */
function entriesOf(row: Row): {readonly columns: readonly number[]; readonly values: readonly number[]} {
  if ('columns' in row) return row;
  const columns: number[] = [];
  const values: number[] = [];
  for (let j = 0; j < row.length; j++) {
    if (row[j] === 0) continue;
    columns.push(j);
    values.push(row[j]);
  }
  return {columns, values};
}

/** Numbers of `rows` that do not stand for zeros: the column's index and the size of the entry. */
type SparseRow = {columns: number[]; sizes: number[]};

function sizesOf(M: readonly Row[]): SparseRow[] {
  return M.map((row) => {
    const {columns, values} = entriesOf(row);
    return {columns: [...columns], sizes: values.map(Math.abs)};
  });
}

function transposed(rows: SparseRow[], n: number): SparseRow[] {
  const out: SparseRow[] = Array.from({length: n}, () => ({columns: [], sizes: []}));
  rows.forEach(({columns, sizes}, i) =>
    columns.forEach((j, l) => {
      out[j].columns.push(i);
      out[j].sizes.push(sizes[l]);
    }),
  );
  return out;
}

/** Σ sizes·u of one row. */
function sum({columns, sizes}: SparseRow, u: ArrayLike<number>): number {
  let total = 0;
  for (let l = 0; l < columns.length; l++) total += sizes[l] * u[columns[l]];
  return total;
}

/** The answer with its negligible entries set to zero. */
function withExactZeros({Q, p, G, h, A, b}: AnyData, {x, ineqDual, eqDual}: Answer): Answer {
  const [n, m] = [p.length, h.length];
  const values = [...x, ...ineqDual, ...eqDual];
  const shifted = ({columns, sizes}: SparseRow, by: number) => ({columns: columns.map((j) => j + by), sizes});
  const joined = (...rows: SparseRow[]) => ({
    columns: rows.flatMap(({columns}) => columns),
    sizes: rows.flatMap(({sizes}) => sizes),
  });
  const [rowsG, rowsA] = [sizesOf(G), sizesOf(A)];
  const [columnsG, columnsA] = [transposed(rowsG, n), transposed(rowsA, n)];
  const rows = [
    ...sizesOf(Q).map((row, j) => joined(row, shifted(columnsG[j], n), shifted(columnsA[j], n + m))),
    ...rowsG,
    ...rowsA,
  ].map(({columns, sizes}) => ({
    columns,
    sizes: sizes.map((size, l) => size * Math.abs(values[columns[l]])),
  }));
  const isZero = negligible(rows, [...p, ...h, ...b].map(Math.abs));
  const cleaned = values.map((value, i) => (isZero[i] === false ? value : 0));
  return {x: cleaned.slice(0, n), ineqDual: cleaned.slice(n, n + m), eqDual: cleaned.slice(n + m)};
}

/** Whether each entry is small in every row that counts; a row without a constant counts once an entry of it does. */
function negligible(rows: SparseRow[], constants: number[]): boolean[] {
  const isZero: boolean[] = [];
  const totals = rows.map(({columns, sizes}, i) => {
    for (const j of columns) isZero[j] = true;
    return sizes.reduce((total, size) => total + size, constants[i]);
  });
  for (let changed = true; changed;) {
    changed = false;
    rows.forEach(({columns, sizes}, i) => {
      if (constants[i] === 0 && !columns.some((j, l) => !isZero[j] && sizes[l] > 0)) return;
      columns.forEach((j, l) => {
        if (!isZero[j] || !(sizes[l] > NEGLIGIBLE * totals[i])) return;
        isZero[j] = false;
        changed = true;
      });
    });
  }
  return isZero;
}

/** Lifts each size to SIZE times what the largest term of a row with two or more entries would make of it. */
function spread(rows: SparseRow[], start: number[]): number[] {
  const u = [...start];
  for (let hop = 0; hop < HOPS; hop++) {
    const before = [...u];
    for (const {columns, sizes} of rows) {
      if (columns.length < 2) continue;
      let top = 0;
      for (let l = 0; l < columns.length; l++) top = Math.max(top, sizes[l] * before[columns[l]]);
      for (let l = 0; l < columns.length; l++)
        u[columns[l]] = Math.max(u[columns[l]], (SIZE * top) / sizes[l]);
    }
  }
  return u;
}

function quotient(error: number, terms: number): number {
  if (error <= 0) return 0;
  return terms > 0 ? error / terms : Infinity;
}

function measure({Q, p, G, h, A, b}: AnyData, {x, ineqDual, eqDual}: Answer): Quotients {
  const [n, k] = [p.length, b.length];
  const [rowsQ, rowsG, rowsA] = [sizesOf(Q), sizesOf(G), sizesOf(A)];
  const [columnsG, columnsA] = [transposed(rowsG, n), transposed(rowsA, n)];
  const [sizeX, sizeL, sizeN] = [x, ineqDual, eqDual].map((v) => v.map(Math.abs));
  const base = rowsQ.map((row, j) => sum(row, sizeX) + Math.abs(p[j]));
  const plain = base.map((value, j) => value + sum(columnsG[j], sizeL) + sum(columnsA[j], sizeN));
  /** max over j of |G_ij|λ_i / T_j. */
  const share = (terms: number[]) =>
    rowsG.map(({columns, sizes}, i) =>
      columns.reduce((most, j, l) => Math.max(most, quotient(sizes[l] * sizeL[i], terms[j])), 0),
    );
  const active = share(plain).flatMap((value, i) => (value > 1e-9 ? [i] : []));
  const u = spread([...rowsA, ...active.map((i) => rowsG[i]), ...rowsQ], sizeX);
  // The columns of equalities and active rows, and the other terms of each as one entry more.
  const position = new Map(active.map((i, place) => [i, k + place]));
  const joined = columnsA.map(({columns, sizes}, j) => {
    const own = columnsG[j].columns.flatMap((i, l) => (position.has(i) ? [l] : []));
    return {
      columns: [...columns, ...own.map((l) => position.get(columnsG[j].columns[l])!)],
      sizes: [...sizes, ...own.map((l) => columnsG[j].sizes[l])],
    };
  });
  const w = spread(
    joined.map(({columns, sizes}, j) => ({
      columns: [...columns, k + active.length + j],
      sizes: [...sizes, 1],
    })),
    [...sizeN, ...active.map((i) => sizeL[i]), ...base],
  );
  const stationaryTerms = joined.map(
    (row, j) => sum(rowsQ[j], u) + Math.abs(p[j]) + sum(row, w) + sum(columnsG[j], sizeL),
  );
  const gradient = p.map((value, j) => value + dot(Q[j], x));
  G.forEach((row, i) => addTimes(gradient, row, ineqDual[i]));
  A.forEach((row, i) => addTimes(gradient, row, eqDual[i]));
  const slack = G.map((row, i) => h[i] - dot(row, x));
  const slackTerms = rowsG.map((row, i) => sum(row, u) + Math.abs(h[i]));
  const multiplier = share(stationaryTerms);
  const most = (values: number[]) => values.reduce((a, value) => (value >= a ? value : a), 0);
  return {
    stationarity: most(gradient.map((value, j) => quotient(Math.abs(value), stationaryTerms[j]))),
    inequality: most(slack.map((value, i) => quotient(-value, slackTerms[i]))),
    equality: most(
      A.map((row, i) => quotient(Math.abs(dot(row, x) - b[i]), sum(rowsA[i], u) + Math.abs(b[i]))),
    ),
    complementarity: most(
      slack.map((value, i) => Math.min(multiplier[i], quotient(Math.abs(value), slackTerms[i]))),
    ),
    sign: most(multiplier.map((value, i) => (ineqDual[i] < 0 ? value : 0))),
  };
}

/** The quotients of a proof that there is no feasible point: Gᵀλ + Aᵀν = 0 by columns, and the size of its contradiction. */
export function farkasQuotients(
  {G, h, A, b, p}: AnyData,
  {ineqDual, eqDual}: Answer,
): {error: number; gap: number} {
  const rows = [
    ...G.map((row, i) => ({row, y: ineqDual[i], rhs: h[i], free: false})),
    ...A.map((row, i) => ({row, y: eqDual[i], rhs: b[i], free: true})),
  ];
  const stray = rows.some(
    ({row, y, rhs, free}) =>
      y !== 0 && ((!free && (y < 0 || !(rhs < NO_BOUND))) || saysNothing(row, free ? Math.abs(rhs) : -rhs)),
  );
  if (stray) return {error: Infinity, gap: 0};
  const used = rows.filter(({y}) => y !== 0);
  const values = p.map(() => ({columns: [] as number[], values: [] as number[]}));
  used.forEach(({row, y}, k) => {
    const {columns, values: entries} = entriesOf(row);
    columns.forEach((j, l) => {
      values[j].columns.push(k);
      values[j].values.push(entries[l] * y);
    });
  });
  const totals = used.map(({rhs, y}) => rhs * y);
  const {errors, gap} = proof(values, totals);
  return {error: Math.max(0, ...errors.map(Math.abs)), gap};
}

/** The quotients of a direction of descent without end: Qd = 0, Gd ≤ 0, Ad = 0 by rows, and the share of pᵀd. */
export function rayQuotients({Q, p, G, h, A}: AnyData, {x: d}: Answer): {error: number; gap: number} {
  const times = (row: Row) => {
    const {columns, values} = entriesOf(row);
    return {columns, values: values.map((value, l) => value * d[columns[l]])};
  };
  const bounded = G.filter((_, i) => h[i] < NO_BOUND);
  const along = p.map((value, j) => value * d[j]);
  const {errors, gap} = proof([...Q, ...A, ...bounded].map(times), along);
  const flat = errors.map((error, i) => (i < Q.length + A.length ? Math.abs(error) : error));
  return {error: Math.max(0, ...flat), gap};
}

/** Sums of the terms of each row relative to their sizes, without negligible entries; and how far below zero `values` are. */
function proof(rows: Row[], values: number[]): {errors: number[]; gap: number} {
  const sizes = [values, ...rows].map((terms) => sizesOf([terms])[0]);
  const isZero = negligible(sizes, [1e-300, ...rows.map(() => 0)]);
  const share = (row: Row) => {
    let [total, size] = [0, 0];
    const {columns, values: terms} = entriesOf(row);
    terms.forEach((term, l) => {
      if (isZero[columns[l]] !== false) return;
      total += term;
      size += Math.abs(term);
    });
    return size > 0 ? total / size : 0;
  };
  return {errors: rows.map(share), gap: -share(values)};
}

function dot(row: Row, x: readonly number[]): number {
  const {columns, values} = entriesOf(row);
  let total = 0;
  for (let l = 0; l < columns.length; l++) total += values[l] * x[columns[l]];
  return total;
}

function addTimes(out: number[], row: Row, factor: number): void {
  if (factor === 0) return;
  const {columns, values} = entriesOf(row);
  for (let l = 0; l < columns.length; l++) out[columns[l]] += values[l] * factor;
}
