/**
 * @file A dual active-set method for quadratic programs. It adds violated rows to the working set one by one and removes rows that block
 * progress. It is slower than the interior point, but different scales do not affect it: a row that is never violated is never used.
 *
 *     min ½ xᵀHx + fᵀx  subject to  (C x)ᵢ = dᵢ for i < p,  (C x)ᵢ ≤ dᵢ for the others,   H positive definite
 *
 * Goldfarb & Idnani (1983). JᵀHJ = I and JᵀC_Wᵀ = [R; 0] are maintained for the working set W. x and y are always computed from them, so
 * errors do not accumulate. If a row contradicts others by no more than the f32 rounding of the right-hand sides, the right-hand sides of
 * all of them are adjusted.
 */
import {AddedRows} from './added-rows.js';
import {isContradiction} from './contradiction.js';
import {mostViolated} from './most-violated.js';
import type {Point, Problem} from './types.js';
import {dot, maxAbs} from './vectors.js';

export type ActiveSetOutcome = 'solved' | 'primalInfeasible' | 'failed';

/** A row that depends on the working set holds if it is off by less than this, or by less than the part that its dependence leaves open. */
const HOLDS = 1e-10;
/** A contradiction below this part of the largest right-hand side may be noise, such as 1e-16 instead of a zero. */
const NOISE = 1e-12;
/** The maximum number of steps per row and variable. */
const STEPS = 20;

export class ActiveSet {
  readonly point: Point;
  private readonly rows: AddedRows;
  /** A contradiction up to this size, per unit of its ray, is noise regardless of its own terms. */
  private noise = 0;
  private readonly f: Float64Array;
  private readonly inSet: Uint8Array;

  /**
   * @param problem Read by `solve`, which adjusts right-hand sides that contradict each other by rounding.
   * @param dependent A row depends on the others if the part of it outside their span is smaller than this.
   */
  constructor(
    private readonly problem: Problem,
    private readonly dependent: number,
  ) {
    const {n, p, m} = problem;
    this.point = {x: new Float64Array(n), y: new Float64Array(p + m), s: new Float64Array(p + m)};
    this.rows = new AddedRows(n, dependent);
    this.f = new Float64Array(n);
    this.inSet = new Uint8Array(p + m);
  }

  /**
   * Solves with H = P + proximity·I and f = q − proximity·center, into `point`; a Farkas ray goes to `point.y`.
   *
   * @param leastPivot H is not definite enough if the square root of a pivot is below this.
   * @param forgive Whether a contradiction that is tiny compared with the largest right-hand side is noise, regardless of its own terms.
   */
  solve(proximity: number, center: Float64Array, leastPivot: number, forgive: boolean): ActiveSetOutcome {
    const {problem, rows, f, inSet} = this;
    this.noise = forgive ? NOISE * maxAbs(problem.d) : 0;
    const {
      n,
      p,
      m,
      P: {values: P},
      q,
    } = problem;
    if (!rows.start(P, proximity, leastPivot)) return 'failed';
    for (let j = 0; j < n; j++) f[j] = q[j] - proximity * center[j];
    inSet.fill(0);
    this.refresh();
    for (let i = 0; i < p; i++) {
      const outcome = this.bringIn(i);
      if (outcome !== 'solved') return outcome;
    }
    for (let step = 0; step < STEPS * (n + p + m); step++) {
      const worst = mostViolated(problem, this.point.x, inSet);
      if (worst < 0) {
        this.finish();
        return 'solved';
      }
      const outcome = this.bringIn(worst);
      if (outcome !== 'solved') return outcome;
    }
    return 'failed';
  }

  /** Computes x and y for the working set, with `t` times the gradient of `row` added to the objective's gradient. */
  private refresh(row = -1, t = 0): void {
    const {problem, rows, f, point} = this;
    const {
      n,
      C: {values: C},
      d,
    } = problem;
    let objective = f;
    if (row >= 0 && t !== 0) objective = f.map((value, j) => value + t * C[row * n + j]);
    rows.solution(objective, d, point.x, point.y);
  }

  /** Moves until row i holds, and removes rows whose multipliers would become negative. */
  private bringIn(i: number): ActiveSetOutcome {
    const {problem, rows, point, inSet} = this;
    const {
      n,
      p,
      C: {values: C},
      d,
    } = problem;
    const {x, y} = point;
    const row = C.subarray(i * n, (i + 1) * n);
    let t = 0;
    for (;;) {
      const excess = dot(row, x) - d[i];
      // An equality may be approached from either side.
      const side = i < p && excess < 0 ? -1 : 1;
      const {square, relative, dual} = rows.direction(row);
      let blocking = -1;
      let longest = Infinity;
      for (let k = 0; k < rows.count; k++) {
        const member = rows.members[k];
        const rate = side * dual[k];
        if (member < p || !(rate > 0)) continue;
        const length = Math.max(0, y[member]) / rate;
        if (length < longest) [blocking, longest] = [k, length];
      }
      const full = relative > 0 ? Math.abs(excess) / square : Infinity;
      // Numbers have left the range of f64. Otherwise each further pass removes a row, so there is an end.
      if (Number.isNaN(full)) return 'failed';
      if (full === Infinity && blocking < 0) {
        let terms = Math.abs(d[i]);
        for (let j = 0; j < n; j++) terms += Math.abs(row[j] * x[j]);
        const holds = Math.max(HOLDS, this.dependent) * terms;
        if (Math.abs(excess) > holds) {
          if (isContradiction(problem, rows, {row: i, side, dual, noise: this.noise}, y))
            return 'primalInfeasible';
          this.refresh(i, t);
          if (!(Math.abs(dot(row, x) - d[i]) <= holds)) return 'failed';
        }
        // The row already holds. Its multiplier is passed to the rows that it depends on, unless one of them cannot take it.
        const overdrawn = this.overdrawn(t, dual);
        if (overdrawn < 0) {
          this.refresh();
          return 'solved';
        }
        const member = rows.members[overdrawn];
        t += y[member] / dual[overdrawn];
        this.letGo(overdrawn);
        this.refresh(i, t);
        rows.direction(row);
        rows.add(i);
        inSet[i] = 1;
        this.refresh();
        return 'solved';
      }
      if (full <= longest) {
        rows.add(i);
        inSet[i] = 1;
        this.refresh();
        return 'solved';
      }
      t += side * longest;
      this.letGo(blocking);
      this.refresh(i, t);
    }
  }

  private letGo(position: number): void {
    const member = this.rows.members[position];
    this.inSet[member] = 0;
    this.point.y[member] = 0;
    this.rows.remove(position);
  }

  /** The member whose multiplier would become negative first if it took its share of another row's multiplier t, or −1. */
  private overdrawn(t: number, dual: Float64Array): number {
    const {problem, rows, point} = this;
    let first = -1;
    let least = 1;
    for (let k = 0; k < rows.count; k++) {
      const member = rows.members[k];
      const part = t * dual[k];
      if (member < problem.p || !(part < 0)) continue;
      const share = Math.max(0, point.y[member]) / -part;
      if (share < least) [first, least] = [k, share];
    }
    return first;
  }

  private finish(): void {
    const {problem, rows, point, inSet} = this;
    const {
      n,
      p,
      C: {values: C},
      d,
    } = problem;
    const {x, y, s} = point;
    for (let i = 0; i < d.length; i++) {
      if (!inSet[i]) y[i] = 0;
      s[i] = inSet[i] || i < p ? 0 : d[i] - dot(C.subarray(i * n, (i + 1) * n), x);
    }
    // A member stays in the set even if its multiplier is zero.
    for (let k = 0; k < rows.count; k++) {
      const member = rows.members[k];
      if (member >= p) y[member] = Math.max(y[member], Number.MIN_VALUE);
    }
  }
}
