/** @file Finds the row that an active-set method adds next: the one that x violates by the largest distance, beyond rounding. */
import type {Problem} from '../qp/types.js';

/** A row counts as violated if the violation is more than this part of its terms. */
const VIOLATED = 1e-12;

export class RowViolations {
  /** The length of each row, with every variable in units of its curvature. */
  private readonly sizes: Float64Array;
  /** √Pⱼⱼ. */
  private readonly units: Float64Array;
  /** 1 for rows that are violated by rounding only. */
  private readonly ignored: Uint8Array;
  private ignoring = false;

  /** @param problem Its entries are read by each call. */
  constructor(private readonly problem: Problem) {
    const {n, p, m} = problem;
    this.sizes = new Float64Array(p + m);
    this.units = new Float64Array(n);
    this.ignored = new Uint8Array(p + m);
  }

  /** Call this when P or C has changed. */
  readRows(): void {
    const {problem, sizes, units} = this;
    const {
      n,
      P: {values: P},
      C: {values: C},
    } = problem;
    for (let j = 0; j < n; j++) units[j] = Math.sqrt(P[j * n + j]);
    for (let i = 0, at = 0; i < sizes.length; i++) {
      let square = 0;
      for (let j = 0; j < n; j++, at++) {
        const part = C[at] / units[j];
        square += part * part;
      }
      sizes[i] = Math.sqrt(square);
    }
  }

  /** The length of row i. */
  size(i: number): number {
    return this.sizes[i];
  }

  /** Call this at the start of a problem. */
  begin(): void {
    if (this.ignoring) this.ignored.fill(0);
    this.ignoring = false;
  }

  /** Takes row i as satisfied from now on. */
  ignore(i: number): void {
    this.ignored[i] = 1;
    this.ignoring = true;
  }

  /** |Cᵢ||x| + |dᵢ|. */
  terms(i: number, x: Float64Array): number {
    const {
      n,
      C: {values: C},
      d,
    } = this.problem;
    let terms = Math.abs(d[i]);
    for (let j = 0, at = i * n; j < n; j++, at++) terms += Math.abs(C[at] * x[j]);
    return terms;
  }

  /** The violated inequality outside the working set that x is furthest away from, or −1. */
  worst(x: Float64Array, inSet: Uint8Array, absent: Uint8Array): number {
    const {problem, sizes, ignored} = this;
    const {
      n,
      p,
      C: {values: C},
      d,
    } = problem;
    let worst = -1;
    let largest = 0;
    for (let i = p; i < d.length; i++) {
      if (inSet[i] || absent[i] || ignored[i]) continue;
      let excess = -d[i];
      for (let j = 0, at = i * n; j < n; j++, at++) excess += C[at] * x[j];
      if (!(excess > largest * sizes[i]) || !(excess > VIOLATED * this.terms(i, x))) continue;
      largest = excess / sizes[i];
      worst = i;
    }
    return worst;
  }
}
