/**
 * @file The KKT system of a sparse quadratic program, factored as it is: nothing is eliminated by hand, since the order of elimination finds
 * what is cheap to eliminate.
 *
 *     [ P + δ    Cᵀ     ]
 *     [ C     −(W + δ)  ]
 */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {SparseFactors, SparseKernels, SparsePlan} from '../../contracts/sparse.js';
import {sparseFactors, sparseKernels} from '../../twins/current-sparse.js';
import type {ReducedKkt} from '../../contracts/reduced-kkt.js';
import type {CompressedRows} from './compressed-rows.js';
import {planFactorisation} from './plan.js';
import type {SparseMatrix} from './sparse-matrix.js';

/**
 * The least regularisation of rows that depend on each other. A pivot of this size makes others larger by its inverse, and their rounding must
 * not be larger than the next pivot of this size.
 */
const DEPENDENT_DELTA = 1e-8;
/** A pivot below this, or with the wrong sign, is rounding. It is replaced by something larger than rounding. */
const LEAST_PIVOT = 1e-13;
const REPLACED = 2e-7;
/** The rounding of a variable in a scaled problem. */
const ROUNDING = 1e-14;

/** The plan for the system of P [n, n] and C [rows, n]. The entries are the upper triangle of P, C, and the diagonal. */
export function planKkt(P: CompressedRows, C: CompressedRows): SparsePlan {
  const {rows: n} = P;
  const rows: number[] = [];
  const columns: number[] = [];
  const add = (i: number, j: number) => {
    rows.push(i);
    columns.push(j);
  };
  for (let i = 0; i < n; i++) {
    for (let e = P.starts[i]; e < P.starts[i + 1]; e++) if (P.columns[e] >= i) add(i, P.columns[e]);
  }
  for (let i = 0; i < C.rows; i++) {
    for (let e = C.starts[i]; e < C.starts[i + 1]; e++) add(n + i, C.columns[e]);
  }
  for (let i = 0; i < n + C.rows; i++) add(i, i);
  return planFactorisation(n + C.rows, rows, columns);
}

export class SparseKkt implements ReducedKkt {
  readonly penalises = false;
  private readonly kernels: SparseKernels;
  private readonly factors: SparseFactors;
  private readonly values: Vector;
  private readonly rhs: Vector;
  private readonly image: Float64Array;
  /** 0 for rows that are left out; and 1 for those that are hard. */
  private readonly present: Uint8Array;
  private readonly hard: Uint8Array;
  /** What the factors are of, if they are of anything. */
  private readonly factoredW: Float64Array;
  private factoredDelta = NaN;
  /** The rows of C with one entry. */
  private readonly singles: Int32Array;

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
    this.values = dense.vector(plan.sources.length);
    this.rhs = dense.vector(plan.n);
    this.image = new Float64Array(constraints.pattern.rows);
    this.present = new Uint8Array(constraints.pattern.rows);
    this.hard = new Uint8Array(constraints.pattern.rows);
    this.factoredW = new Float64Array(constraints.pattern.rows);
    const {starts} = constraints.pattern;
    this.singles = Int32Array.from(this.present.keys()).filter((i) => starts[i + 1] - starts[i] === 1);
  }

  readMatrices(): void {
    // They are read by each factorisation.
    this.factoredDelta = NaN;
  }

  factor(w: Float64Array, asked: number, stiffBelow = 0, {dependent = false} = {}): boolean {
    const {P, constraints: C, values, factors, kernels, present} = this;
    const n = P.pattern.rows;
    const delta = dependent || stiffBelow > 0 ? Math.max(asked, DEPENDENT_DELTA) : asked;
    // The same may be asked for again.
    if (delta === this.factoredDelta && w.every((value, i) => value === this.factoredW[i])) return true;
    let end = 0;
    for (let i = 0; i < n; i++) {
      for (let e = P.pattern.starts[i]; e < P.pattern.starts[i + 1]; e++) {
        if (P.pattern.columns[e] >= i) values[end++] = P.values[e];
      }
    }
    for (let i = 0; i < w.length; i++) {
      present[i] = w[i] < Infinity ? 1 : 0;
      this.hard[i] = w[i] === 0 ? 1 : 0;
      for (let e = C.pattern.starts[i]; e < C.pattern.starts[i + 1]; e++)
        values[end++] = present[i] * C.values[e];
    }
    for (let i = 0; i < n; i++) values[end++] = delta;
    for (let i = 0; i < w.length; i++) values[end++] = present[i] ? -(w[i] + delta) : -1;
    const succeeded = kernels.factor(factors, values, LEAST_PIVOT, REPLACED) >= 0;
    this.factoredW.set(w);
    this.factoredDelta = succeeded ? delta : NaN;
    return succeeded;
  }

  correct(x: Float64Array, y: Float64Array, fx: Float64Array, gy: Float64Array, total: Float64Array): void {
    const {constraints: C, rhs, image, present, kernels, factors} = this;
    const n = x.length;
    rhs.set(fx);
    for (let i = 0; i < y.length; i++) rhs[n + i] = present[i] * gy[i];
    kernels.solve(factors, rhs);
    for (let j = 0; j < n; j++) x[j] += rhs[j];
    for (let i = 0; i < y.length; i++) y[i] += rhs[n + i];
    C.multiply(rhs, image);
    for (let i = 0; i < y.length; i++) total[i] += image[i];
  }

  settle(x: Float64Array, d: Float64Array): void {
    const {singles, hard, constraints: C} = this;
    const {starts, columns} = C.pattern;
    for (const i of singles) {
      const entry = C.values[starts[i]];
      const j = columns[starts[i]];
      // A variable that is only rounding beyond its bound is moved there, too.
      if (entry !== 0 && (hard[i] || isRounding(entry * x[j] - d[i]))) x[j] = d[i] / entry;
    }
  }
}

const isRounding = (excess: number) => excess > 0 && excess <= ROUNDING;
