/**
 * @file The certificate of a point: how far it is from solving a quadratic program. Each row and column of the optimality conditions is
 * measured against its own terms. The resulting number decides every status.
 *
 *     stationarity of variable j    |(Px + q + Cᵀy)ⱼ| / (|Pⱼ||x| + |qⱼ| + |Cᵀ|ⱼ|y|)
 *     feasibility of row i          (Cx − d)ᵢ / (|Cᵢ||x| + |dᵢ|), its magnitude for an equality
 *     complementarity of row i      min(maxⱼ |Cᵢⱼ|yᵢ / terms of variable j, sᵢ / terms of row i)
 *
 * So no row, variable or sample can loosen the test of another one.
 */
import {FAR_OUT, HOPELESS, IGNORED, NOISE, SINGLE_DIGITS, UNBOUNDED} from '../../contracts/qp-limits.js';
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';
import {termsAmongNeighbours} from './neighbours.js';
import {isBound, type AnyProblem} from './types.js';
import {maxAbs} from './vectors.js';

const DOUBLE = 1e-14;
/**
 * If the multiplier of a variable's bound makes up at least this part of the variable's terms, the bound holds it, regardless of rounding
 * in the other multipliers.
 */
export const HELD = 1e-2;

export class Certificate {
  /** The quotient of each variable, [n]. */
  readonly columns: Vector;
  /** The quotient of each row, [p + m]: the larger one of feasibility and complementarity. */
  readonly rows: Vector;
  /** The denominator of each variable's quotient, before neighbours are taken into account. */
  readonly columnTerms: Vector;
  /** The same for rows. */
  readonly rowTerms: Vector;
  /** The part of `columnTerms` that does not come from multipliers. */
  private readonly costTerms: Vector;
  /** Whether a given cost has been lost because the curvature terms of its variable cancel too much. */
  private cancels = false;
  /** How much each multiplier matters: its largest part in the terms of a variable. */
  readonly multipliers: Vector;
  /** Cx − d. */
  readonly excess: Vector;
  private readonly gradient: Vector;
  private readonly inverse: Vector;
  private readonly positive: Vector;
  /** Room for outputs that are not used. */
  readonly unused: Vector;

  constructor(
    private readonly dense: DenseKernels,
    {n, p, m}: Pick<AnyProblem, 'n' | 'p' | 'm'>,
  ) {
    const rows = p + m;
    this.columns = dense.vector(n);
    this.rows = dense.vector(rows);
    this.columnTerms = dense.vector(n);
    this.costTerms = dense.vector(n);
    this.rowTerms = dense.vector(rows);
    this.multipliers = dense.vector(rows);
    this.gradient = dense.vector(n);
    this.excess = dense.vector(rows);
    this.inverse = dense.vector(n);
    this.positive = dense.vector(rows);
    this.unused = dense.vector(Math.max(n, rows));
  }

  /**
   * @param x [n].
   * @param y [p + m], not negative on the inequalities, zero on rows without a bound.
   * @param enough Only if the plain quotient is larger than this, entries that are close to zero by cancellation are measured again,
   *   against their neighbours.
   * @returns The largest quotient.
   */
  measure(problem: AnyProblem, x: Vector, y: Vector, enough: number): number {
    const {dense, columnTerms, costTerms, rowTerms, gradient, excess} = this;
    const {n, p, m, P, q, C, d} = problem;
    const rows = p + m;
    P.multiplyWithTerms(x, gradient, columnTerms);
    this.cancels = false;
    for (let j = 0; j < n; j++) {
      const cost = Math.abs(q[j]);
      const kept = Math.max(Math.abs(gradient[j]), cost);
      if (cost !== 0 && columnTerms[j] > HOPELESS * kept) this.cancels = true;
      costTerms[j] = columnTerms[j] += cost;
      gradient[j] += q[j];
    }
    C.addMultiplyTransposedWithTerms(y, gradient, columnTerms);
    C.multiplyWithTerms(x, excess, rowTerms);
    for (let i = 0; i < rows; i++) {
      rowTerms[i] += Math.abs(d[i]);
      excess[i] -= d[i];
    }
    const plain = this.quotients(problem, y, columnTerms, rowTerms);
    if (plain <= enough) return plain;
    return dense.scope(() => {
      const {columns: among, rows: across} = termsAmongNeighbours(dense, problem, {x, y}, this);
      return Math.min(plain, this.quotients(problem, y, among, across));
    });
  }

  /**
   * Whether the multipliers y of the point measured last are so large that only the f32 rounding of the rows keeps them from cancelling:
   * rows that are equal up to rounding pull against each other. A variable that is held by its own bound is not affected.
   */
  pullsOnRounding({n, C, q}: AnyProblem, y: Float64Array): boolean {
    const {columnTerms, costTerms} = this;
    let held: Uint8Array | null = null;
    for (let j = 0; j < n; j++) {
      if (q[j] === 0 || !(columnTerms[j] > SINGLE_DIGITS * costTerms[j])) continue;
      held ??= this.heldBy(C, y);
      if (!held[j]) return true;
    }
    return false;
  }

  /** 1 for the variables that have a bound whose multiplier is clearly larger than the rounding of the others. */
  private heldBy(C: ProblemMatrix, y: Float64Array): Uint8Array {
    const {columnTerms} = this;
    const held = new Uint8Array(columnTerms.length);
    for (let i = 0; i < y.length; i++) {
      if (y[i] === 0) continue;
      let [entries, last, part] = [0, 0, 0];
      C.forEachInRow(i, (j, value) => {
        entries++;
        last = j;
        part = Math.abs(value * y[i]);
      });
      if (entries === 1 && part > HELD * columnTerms[last]) held[last] = 1;
    }
    return held;
  }

  /**
   * Whether the point measured last is so far out that q or d are negligible compared with its terms, and it does not satisfy them either.
   * Far out along a ray, everything is small relative to x, even if there is no solution.
   */
  losesGivenNumbers({p, q, d}: AnyProblem): boolean {
    const {columnTerms, rowTerms, gradient, excess} = this;
    if (this.cancels) return true;
    let given = false;
    let counted = false;
    const noiseOfQ = NOISE * maxAbs(q);
    for (let j = 0; j < q.length; j++) {
      const number = Math.abs(q[j]);
      if (number <= noiseOfQ) continue;
      given = true;
      counted ||= number / columnTerms[j] > DOUBLE;
      if (isLost(Math.abs(gradient[j]), number, columnTerms[j])) return true;
    }
    if (given && !counted) return true;
    given = counted = false;
    const noiseOfD = NOISE * largestBound(d);
    for (let i = 0; i < d.length; i++) {
      const number = Math.abs(d[i]);
      if (!isBound(d[i]) || number <= noiseOfD) continue;
      given = true;
      counted ||= number / rowTerms[i] > DOUBLE;
      if (isLost(i < p ? Math.abs(excess[i]) : excess[i], number, rowTerms[i])) return true;
    }
    return given && !counted;
  }

  /**
   * Whether the point (x, y), measured last, satisfies all conditions to `enough` if small entries count for a part of their neighbours.
   * Without that allowance, the quotients of variables with a cost and of rows whose right-hand side is not noise must be at most `given`,
   * because a given number is not close to zero by cancellation.
   */
  meetsAmongNeighbours(
    problem: AnyProblem,
    x: Vector,
    y: Vector,
    {enough, given}: {enough: number; given: number},
  ): boolean {
    const {dense, columns, rows} = this;
    const {q, d} = problem;
    return dense.scope(() => {
      const {columns: among, rows: across} = termsAmongNeighbours(dense, problem, {x, y}, this);
      for (let j = 0; j < q.length; j++) if (q[j] !== 0 && !(columns[j] <= given)) return false;
      for (let i = 0; i < d.length; i++) {
        if (isBound(d[i]) && Math.abs(d[i]) > NOISE * across[i] && !(rows[i] <= given)) return false;
      }
      return this.quotients(problem, y, among, across) <= enough;
    });
  }

  private quotients({n, p, C, d}: AnyProblem, y: Vector, T: Vector, R: Vector): number {
    const {columns, rows, multipliers, gradient, excess, inverse, positive, unused} = this;
    let largest = 0;
    for (let j = 0; j < n; j++) {
      columns[j] = quotient(Math.abs(gradient[j]), T[j]);
      inverse[j] = T[j] > 0 ? 1 / T[j] : 0;
      // Math.max keeps a NaN.
      largest = Math.max(largest, columns[j]);
    }
    for (let i = 0; i < d.length; i++) positive[i] = Math.abs(y[i]);
    unused.fill(0);
    C.scaledMaxima(positive, inverse, multipliers, unused);
    for (let i = 0; i < d.length; i++) {
      const value = excess[i];
      if (i < p) rows[i] = quotient(Math.abs(value), R[i]);
      else if (!isBound(d[i])) rows[i] = 0;
      else if (value > 0) rows[i] = quotient(value, R[i]);
      else rows[i] = Math.min(multipliers[i], quotient(-value, R[i]));
      largest = Math.max(largest, rows[i]);
    }
    return Number.isNaN(largest) ? Infinity : largest;
  }
}

/** Whether a given number is negligible among its terms although it is not satisfied. */
function isLost(error: number, number: number, terms: number): boolean {
  return number / terms < FAR_OUT && error > IGNORED * number && error > DOUBLE * terms;
}

function largestBound(d: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < d.length; i++) if (isBound(d[i])) largest = Math.max(largest, Math.abs(d[i]));
  return largest;
}

function quotient(error: number, terms: number): number {
  if (error === 0) return 0;
  return terms > 0 ? Math.min(error / terms, UNBOUNDED) : error > 0 ? UNBOUNDED : error;
}
