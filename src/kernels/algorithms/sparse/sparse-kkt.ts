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

/** A pivot below this, relative to δ, is rounding: it is replaced by δ. */
const LEAST = 1e-2;

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
  private readonly kernels: SparseKernels;
  private readonly factors: SparseFactors;
  private readonly values: Vector;
  private readonly rhs: Vector;
  private readonly image: Float64Array;
  /** 0 for rows that are left out. */
  private readonly present: Uint8Array;

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
  }

  readMatrices(): void {
    // They are read by each factorisation.
  }

  factor(w: Float64Array, delta: number): boolean {
    const {P, constraints: C, values, factors, kernels, present} = this;
    const n = P.pattern.rows;
    let end = 0;
    for (let i = 0; i < n; i++) {
      for (let e = P.pattern.starts[i]; e < P.pattern.starts[i + 1]; e++) {
        if (P.pattern.columns[e] >= i) values[end++] = P.values[e];
      }
    }
    for (let i = 0; i < w.length; i++) {
      present[i] = w[i] < Infinity ? 1 : 0;
      for (let e = C.pattern.starts[i]; e < C.pattern.starts[i + 1]; e++)
        values[end++] = present[i] * C.values[e];
    }
    for (let i = 0; i < n; i++) values[end++] = delta;
    for (let i = 0; i < w.length; i++) values[end++] = present[i] ? -(w[i] + delta) : -1;
    return kernels.factor(factors, values, LEAST * delta, delta) >= 0;
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
}
