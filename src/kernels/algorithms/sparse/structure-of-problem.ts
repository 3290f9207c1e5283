/** @file What the patterns of a sparse quadratic program determine: where each entry goes, and the plans of the factorisations. */
import {boundRows} from '../../contracts/bounds.js';
import type {SparsePlan} from '../../contracts/sparse.js';
import {compressRows, type CompressedRows} from './compressed-rows.js';
import {planFactorisation} from './plan.js';
import {planKkt} from './sparse-kkt.js';

/** The places of the entries of a matrix, in any order. Entries with the same place are added. */
export interface Entries {
  rows: Int32Array;
  columns: Int32Array;
}

/** Q [n, n], with both triangles, G [m, n] and A [k, n]. */
export interface ProblemEntries {
  n: number;
  m: number;
  k: number;
  /** Which bounds there are (`contracts/bounds.ts`). Default: none. */
  sides?: number;
  Q: Entries;
  G: Entries;
  A: Entries;
}

/** The matrices of the solver: P = ½(Q + Qᵀ), and C, which has the rows of A and then those of G. */
export class ProblemStructure {
  readonly n: number;
  /** The number of equalities. */
  readonly p: number;
  /** The number of inequalities, the bounds included. */
  readonly m: number;
  readonly sides: number;
  readonly P: CompressedRows;
  readonly C: CompressedRows;
  /** Where each entry of Q goes in P; and for each place of P, that of its mirror image. */
  readonly placesOfQ: Int32Array;
  readonly mirror: Int32Array;
  /** Where each entry of A, then of G, and then of the bounds goes in C. */
  readonly placesOfC: Int32Array;
  private kkt: SparsePlan | null = null;
  private curvature: SparsePlan | null = null;

  constructor(readonly entries: ProblemEntries) {
    const {n, m, k, sides = 0, Q, G, A} = entries;
    this.n = n;
    this.p = k;
    this.sides = sides;
    this.m = m + boundRows(sides, n);
    const symmetric = compressRows(n, n, joined(Q.rows, Q.columns), joined(Q.columns, Q.rows));
    this.P = symmetric.pattern;
    this.placesOfQ = symmetric.places.slice(0, Q.rows.length);
    this.mirror = mirrorOf(this.P);
    const below = G.rows.map((row) => k + row);
    const bounds = Int32Array.from({length: this.m - m}, (_, i) => i);
    const constraints = compressRows(
      k + this.m,
      n,
      joined(
        joined(A.rows, below),
        bounds.map((i) => k + m + i),
      ),
      joined(
        joined(A.columns, G.columns),
        bounds.map((i) => i % n),
      ),
    );
    this.C = constraints.pattern;
    this.placesOfC = constraints.places;
  }

  /** The plan for the KKT matrix. */
  get plan(): SparsePlan {
    return (this.kkt ??= planKkt(this.P, this.C));
  }

  /** The plan for P alone. Its entries are the upper triangle of P, row by row, and the diagonal. */
  get planOfP(): SparsePlan {
    return (this.curvature ??= planUpper(this.P));
  }
}

function planUpper({rows: n, starts, columns}: CompressedRows): SparsePlan {
  const [is, js]: [number[], number[]] = [[], []];
  for (let i = 0; i < n; i++) {
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      if (columns[e] < i) continue;
      is.push(i);
      js.push(columns[e]);
    }
  }
  for (let i = 0; i < n; i++) {
    is.push(i);
    js.push(i);
  }
  return planFactorisation(n, is, js);
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const all = new Int32Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** The places of the mirror images in a symmetric pattern. */
function mirrorOf({rows, starts, columns}: CompressedRows): Int32Array {
  const next = starts.slice();
  return columns.map((_, e, all) => next[all[e]]++).slice(0, starts[rows]);
}
