/**
 * @file The KKT system of a sparse quadratic program, factored as it is but for rows with one entry, which are eliminated by hand: the order
 * of elimination finds what else is cheap to eliminate.
 *
 *     [ P + δ    Cᵀ     ]
 *     [ C     −(W + δ)  ]
 */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {SparseFactors, SparseKernels, SparsePlan} from '../../contracts/sparse.js';
import {sparseFactors, sparseKernels} from '../../twins/current-sparse.js';
import type {ReducedKkt} from '../../contracts/reduced-kkt.js';
import type {CompressedRows} from './compressed-rows.js';
import {LEAST_PIVOT, REPLACED} from './pivots.js';
import {planFactorisation} from './plan.js';
import {rowsApart, SingleRows} from './single-rows.js';
import type {SparseMatrix} from './sparse-matrix.js';

/**
 * The least regularisation of rows that depend on each other. A pivot of this size makes others larger by its inverse, and their rounding must
 * not be larger than the next pivot of this size.
 */
const DEPENDENT_DELTA = 1e-8;
/** The rounding of a variable in a scaled problem. */
const ROUNDING = 1e-14;

/**
 * The plan for the system of P [n, n] and those rows of C [rows, n] that do not have one entry. The entries are the upper triangle of P, such
 * rows, and the diagonal.
 */
export function planKkt(P: CompressedRows, C: CompressedRows): SparsePlan {
  const {rows: n} = P;
  const apart = rowsApart(C);
  const rows: number[] = [];
  const columns: number[] = [];
  const add = (i: number, j: number) => {
    rows.push(i);
    columns.push(j);
  };
  for (let i = 0; i < n; i++) {
    for (let e = P.starts[i]; e < P.starts[i + 1]; e++) if (P.columns[e] >= i) add(i, P.columns[e]);
  }
  apart.forEach((i, k) => {
    for (let e = C.starts[i]; e < C.starts[i + 1]; e++) add(n + k, C.columns[e]);
  });
  for (let i = 0; i < n + apart.length; i++) add(i, i);
  return planFactorisation(n + apart.length, rows, columns);
}

export class SparseKkt implements ReducedKkt {
  readonly penalises = false;
  private readonly kernels: SparseKernels;
  private readonly factors: SparseFactors;
  private readonly values: Vector;
  /** The part of `values` for the rows of C, and that for the diagonal. */
  private readonly ofRows: Float64Array;
  private readonly diagonal: Float64Array;
  private readonly rhs: Vector;
  private readonly singles: SingleRows;
  /** The other rows. */
  private readonly apart: Int32Array;
  /** 0 for those that are left out. */
  private readonly present: Uint8Array;
  /** What the factors are of, if they are of anything. */
  private readonly factoredW: Float64Array;
  private factoredDelta = NaN;
  /** Whether `values` have the matrices. */
  private isRead = false;

  /** Valid as long as the scope of `dense` in which it is created. */
  constructor(
    dense: DenseKernels,
    private readonly P: SparseMatrix,
    readonly constraints: SparseMatrix,
    plan: SparsePlan,
  ) {
    const n = P.pattern.rows;
    this.kernels = sparseKernels(dense);
    this.factors = sparseFactors(dense, plan);
    const {signs} = this.factors;
    for (let k = 0; k < plan.n; k++) signs[k] = plan.order[k] < n ? 1 : -1;
    this.singles = new SingleRows(constraints);
    this.apart = rowsApart(constraints.pattern);
    const entries = constraints.pattern.columns.length - this.singles.rows.length;
    const end = plan.sources.length - plan.n;
    this.values = dense.vector(plan.sources.length);
    this.ofRows = this.values.subarray(end - entries, end);
    this.diagonal = this.values.subarray(end);
    this.rhs = dense.vector(plan.n);
    this.present = new Uint8Array(this.apart.length);
    this.factoredW = new Float64Array(constraints.pattern.rows);
  }

  readMatrices(): void {
    this.isRead = false;
    this.factoredDelta = NaN;
  }

  factor(w: Float64Array, asked: number, stiffBelow = 0, {dependent = false} = {}): boolean {
    const {P, diagonal, singles, apart, factors, kernels, values} = this;
    const n = P.pattern.rows;
    const delta = dependent || stiffBelow > 0 ? Math.max(asked, DEPENDENT_DELTA) : asked;
    // The same may be asked for again.
    if (delta === this.factoredDelta && areEqual(w, this.factoredW)) return true;
    this.read(w);
    diagonal.fill(delta, 0, n);
    for (let k = 0; k < apart.length; k++) {
      const weight = w[apart[k]];
      diagonal[n + k] = weight < Infinity ? -(weight + delta) : -1;
    }
    singles.eliminate(w, delta, diagonal);
    const succeeded = kernels.factor(factors, values, LEAST_PIVOT, REPLACED) >= 0;
    this.factoredW.set(w);
    this.factoredDelta = succeeded ? delta : NaN;
    return succeeded;
  }

  /** Copies the matrices to `values`, as far as they have changed: rows that are left out have zeros there. */
  private read(w: Float64Array): void {
    const {P, constraints: C, values, ofRows, apart, present} = this;
    if (!this.isRead) {
      const {rows: n, starts, columns} = P.pattern;
      let end = 0;
      for (let i = 0; i < n; i++) {
        for (let e = starts[i]; e < starts[i + 1]; e++) if (columns[e] >= i) values[end++] = P.values[e];
      }
    }
    const {starts} = C.pattern;
    let end = 0;
    for (let k = 0; k < apart.length; k++) {
      const i = apart[k];
      const is = w[i] < Infinity ? 1 : 0;
      const begin = end;
      end += starts[i + 1] - starts[i];
      if (this.isRead && is === present[k]) continue;
      present[k] = is;
      for (let e = starts[i], to = begin; to < end; e++, to++) ofRows[to] = is * C.values[e];
    }
    this.isRead = true;
  }

  correct(
    x: Float64Array,
    y: Float64Array,
    fx: Float64Array,
    gy: Float64Array,
    total: Float64Array,
    needsTotal = true,
  ): void {
    const {constraints: C, rhs, apart, singles, present, kernels, factors} = this;
    const n = x.length;
    rhs.set(fx);
    for (let k = 0; k < apart.length; k++) rhs[n + k] = present[k] * gy[apart[k]];
    singles.push(gy, rhs);
    kernels.solve(factors, rhs);
    for (let j = 0; j < n; j++) x[j] += rhs[j];
    for (let k = 0; k < apart.length; k++) y[apart[k]] += rhs[n + k];
    singles.recover(rhs, gy, y, total);
    if (!needsTotal) return;
    const {values} = C;
    const {starts, columns} = C.pattern;
    for (const i of apart) {
      let sum = 0;
      for (let e = starts[i]; e < starts[i + 1]; e++) sum += values[e] * rhs[columns[e]];
      total[i] += sum;
    }
  }

  settle(x: Float64Array, d: Float64Array): void {
    const {factoredW, constraints: C} = this;
    const {rows, places} = this.singles;
    for (let k = 0; k < rows.length; k++) {
      const i = rows[k];
      const entry = C.values[places[k]];
      const j = C.pattern.columns[places[k]];
      // A variable that is only rounding beyond its bound is moved there, too.
      if (entry !== 0 && (factoredW[i] === 0 || isRounding(entry * x[j] - d[i]))) x[j] = d[i] / entry;
    }
  }
}

function areEqual(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const isRounding = (excess: number) => excess > 0 && excess <= ROUNDING;
