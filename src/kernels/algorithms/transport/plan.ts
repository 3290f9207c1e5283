/**
 * @file One regularised transport plan in f64. Solves the dual with sweeps and Newton's method, and starts from an easier problem with
 * smaller differences in X.
 */
import {MarginalSystem} from './laplacian.js';
import {POTENTIALS, type Potential, type TransportKind} from './potentials.js';

/** The input of a plan: similarities of n rows and m columns. The row and column sums are positive and have a total of 1. */
export interface PlanInput {
  kind: TransportKind;
  n: number;
  m: number;
  /** [n, m]; −∞ where nothing may be transported. */
  X: Float64Array;
  rows: Float64Array;
  columns: Float64Array;
  /** Whether the sums must be met to the last digits of double precision. Default false. */
  precise?: boolean;
}

const MAX_ITERATIONS = 300;
/** A sum counts as met if its relative error is at most this. */
const TOLERANCE = 1e-9;
/** The tolerance that is enough while X has not reached its full size. */
const ON_THE_WAY = 1e-2;
/** If X differs by no more than this, relative to the scale of the potential, any start is good enough. */
const EASY: Record<TransportKind, number> = {entropic: 8, euclidean: 1};
const RIDGE = 1e-7;
const GROWTHS = [4, 1.9, 1.3];
/** If the sums are met up to this relative error, no other attempt is made. */
const GOOD = 1e-7;

/** Returns P [n, m] and the largest relative error of a sum. */
export function findPlan({kind, n, m, X, rows, columns, precise = false}: PlanInput): {
  P: Float64Array;
  miss: number;
} {
  const centred = centre(X, n, m);
  let range = 0;
  for (const value of centred) if (value > -Infinity) range = Math.max(range, -value);
  // The effect on P of rounding X.
  const tolerance = Math.max(TOLERANCE, 2e-15 * range * (kind === 'euclidean' ? n * m : 1));
  let best: {P: Float64Array; miss: number} | null = null;
  // Repeats with shorter steps if long steps fail.
  for (const growth of GROWTHS) {
    const search = new DualSearch(POTENTIALS[kind], n, m, rows, columns);
    let size = Math.min(1, EASY[kind] / range);
    for (;;) {
      search.X = size === 1 ? centred : centred.map((value) => value * size);
      search.run(size === 1 ? tolerance : ON_THE_WAY);
      if (size === 1) break;
      const next = Math.min(1, size * growth);
      search.stretch(next / size);
      size = next;
    }
    search.correct(precise ? 0 : TOLERANCE);
    if (!best || search.miss < best.miss) best = search;
    if (best.miss <= GOOD) break;
  }
  return best!;
}

/**
 * X minus the largest entry of each row, then of each column. u and v absorb these constants anyway; subtracting them first avoids their
 * rounding.
 */
function centre(X: Float64Array, n: number, m: number): Float64Array {
  const out = X.slice();
  const subtract = (start: number, stride: number, count: number) => {
    let top = -Infinity;
    for (let k = 0, at = start; k < count; k++, at += stride) top = Math.max(top, out[at]);
    if (top > -Infinity) for (let k = 0, at = start; k < count; k++, at += stride) out[at] -= top;
  };
  for (let i = 0; i < n; i++) subtract(i * m, 1, m);
  for (let j = 0; j < m; j++) subtract(j, m, n);
  return out;
}

class DualSearch {
  X!: Float64Array;
  readonly P: Float64Array;
  miss = Infinity;
  private readonly u: Float64Array;
  private readonly v: Float64Array;
  private readonly du: Float64Array;
  private readonly dv: Float64Array;
  private readonly z: Float64Array;
  private readonly W: Float64Array;
  private readonly rowError: Float64Array;
  private readonly columnError: Float64Array;
  private readonly system: MarginalSystem;

  constructor(
    private readonly potential: Potential,
    private readonly n: number,
    private readonly m: number,
    private readonly rows: Float64Array,
    private readonly columns: Float64Array,
  ) {
    [this.P, this.z, this.W] = [n * m, n * m, n * m].map((size) => new Float64Array(size));
    [this.u, this.du, this.rowError] = [n, n, n].map((size) => new Float64Array(size));
    [this.v, this.dv, this.columnError] = [m, m, m].map((size) => new Float64Array(size));
    this.system = new MarginalSystem(n, m);
  }

  /** Approximates the duals of the problem whose X is `factor` times larger. */
  stretch(factor: number): void {
    for (const dual of [this.u, this.v]) for (let i = 0; i < dual.length; i++) dual[i] *= factor;
  }

  run(tolerance: number): void {
    const {n, m, P, W, system, rowError, columnError, du, dv, potential} = this;
    let best = Infinity;
    for (let k = 0, idle = 0; k < MAX_ITERATIONS && idle < 60; k++) {
      this.sweep();
      this.measure();
      if (this.miss <= tolerance) return;
      if (this.miss < 0.9 * best) [best, idle] = [this.miss, 0];
      else idle++;
      // First within linked parts, then also between them.
      for (const ridge of [0, RIDGE]) {
        if (ridge > 0) this.measure();
        for (let at = 0; at < n * m; at++) W[at] = potential.slope(P[at]);
        system.factor(W, ridge);
        system.solve(W, rowError, columnError, du, dv);
        this.move();
      }
    }
    this.sweep();
    this.measure();
  }

  /**
   * Removes the remaining errors of the sums from P itself, on its support, because u and v may be large and determine P only up to their
   * own rounding. The corresponding change of X is no larger than that rounding.
   */
  correct(target: number): void {
    const {n, m, P, W, rows, columns, rowError, columnError, du, dv, system, potential} = this;
    for (let k = 0; k < 3 && this.miss > target; k++) {
      for (let at = 0; at < n * m; at++) W[at] = potential.slope(P[at]);
      system.factor(W);
      system.solve(W, rowError, columnError, du, dv);
      const before = this.miss;
      const kept = P.slice();
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < m; j++) P[i * m + j] = Math.max(P[i * m + j] - W[i * m + j] * (du[i] + dv[j]), 0);
      }
      this.miss = errorsOf(P, rows, columns, rowError, columnError);
      if (!(this.miss < before)) {
        P.set(kept);
        this.miss = errorsOf(P, rows, columns, rowError, columnError);
        return;
      }
    }
  }

  /** Sets each u, then each v, so that its own sum is met. */
  private sweep(): void {
    const {n, m, X, z, u, v, rows, columns, potential} = this;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) z[i * m + j] = X[i * m + j] - v[j];
      u[i] = potential.balance(z, i * m, 1, m, rows[i]);
    }
    for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) z[i * m + j] = X[i * m + j] - u[i];
    for (let j = 0; j < m; j++) v[j] = potential.balance(z, j, m, n, columns[j]);
  }

  /** Computes P and the errors of its sums. */
  private measure(): void {
    const {n, m, X, P, u, v, rows, columns, rowError, columnError, potential} = this;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) P[i * m + j] = potential.value(X[i * m + j] - u[i] - v[j]);
    }
    this.miss = errorsOf(P, rows, columns, rowError, columnError);
  }

  /** Moves along (du, dv) to the point where the convex dual stops falling. */
  private move(): void {
    const {n, m, X, u, v, du, dv, rows, columns, potential} = this;
    const slopeAt = (t: number) => {
      let slope = 0;
      for (let i = 0; i < n; i++) slope += rows[i] * du[i];
      for (let j = 0; j < m; j++) slope += columns[j] * dv[j];
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < m; j++) {
          const d = du[i] + dv[j];
          slope -= potential.value(X[i * m + j] - u[i] - v[j] - t * d) * d;
        }
      }
      return slope;
    };
    const start = slopeAt(0);
    if (!(start < 0)) return;
    let [low, high, t] = [0, Infinity, 1];
    let [atLow, atHigh] = [start, Infinity];
    for (let k = 0; k < 40; k++) {
      const slope = slopeAt(t);
      if (Math.abs(slope) <= -ON_THE_WAY * start) break;
      if (slope < 0) [low, atLow] = [t, slope];
      else [high, atHigh] = [t, slope];
      const secant = low + ((high - low) * atLow) / (atLow - atHigh);
      const wanted = k % 2 === 0 && secant > low && secant < high ? secant : (low + high) / 2;
      t = high === Infinity ? 4 * t : wanted;
    }
    for (let i = 0; i < n; i++) u[i] += t * du[i];
    for (let j = 0; j < m; j++) v[j] += t * dv[j];
  }
}

/** The amounts by which the sums of P exceed their targets, and the largest of them relative to its sum. */
function errorsOf(
  P: Float64Array,
  rows: Float64Array,
  columns: Float64Array,
  rowError: Float64Array,
  columnError: Float64Array,
): number {
  const [n, m] = [rows.length, columns.length];
  columnError.fill(0);
  let miss = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < m; j++) {
      sum += P[i * m + j];
      columnError[j] += P[i * m + j];
    }
    rowError[i] = sum - rows[i];
    miss = Math.max(miss, Math.abs(rowError[i]) / rows[i]);
  }
  for (let j = 0; j < m; j++) {
    columnError[j] -= columns[j];
    miss = Math.max(miss, Math.abs(columnError[j]) / columns[j]);
  }
  return Number.isNaN(miss) ? Infinity : miss;
}
