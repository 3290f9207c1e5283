/**
 * @file A dual active-set method for quadratic programs: rows that are violated come in one by one, those that hold back go. It
 * is slower than the interior point and minds no difference of scales: a row that is never violated takes no part at all.
 *
 *     min ½ xᵀHx + fᵀx  subject to  (C x)ᵢ = dᵢ for i < p,  (C x)ᵢ ≤ dᵢ for the others,   H positive definite
 *
 * Goldfarb & Idnani (1983). JᵀHJ = I and JᵀC_Wᵀ = [R; 0] are kept for the working set W; x and y always come from them, so that
 * no error piles up. A row that contradicts others by no more than f32 rounding of the right-hand sides gives way, and they with it.
 */
import {AddedRows} from './added-rows.js';
import {isContradiction} from './contradiction.js';
import {mostViolated} from './most-violated.js';
import type {Point, Problem} from './types.js';
import {dot, maxAbs} from './vectors.js';

export type ActiveSetOutcome = 'solved' | 'primalInfeasible' | 'failed';

/** A row that depends on those of the working set holds if it is off by less than this, or than what its dependence leaves open. */
const HOLDS = 1e-10;
/** A contradiction below this part of the largest right-hand side may be noise, such as 1e-16 in the place of a zero. */
const NOISE = 1e-12;
/** Steps, for each row and variable. */
const STEPS = 20;

export class ActiveSet {
  readonly point: Point;
  private readonly rows: AddedRows;
  /** A contradiction up to this, for each unit of its ray, is noise whatever its own terms. */
  private noise = 0;
  private readonly f: Float64Array;
  private readonly inSet: Uint8Array;

  /**
   * @param problem Read by `solve`; its right-hand sides give way where they contradict each other by rounding.
   * @param dependent The part of a row outside of the span of the others below which it depends on them.
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
   * @param leastPivot The root of a pivot of H below which it is not definite enough.
   * @param forgive Whether a contradiction that is tiny beside the largest right-hand side is noise, whatever its own terms.
   */
  solve(proximity: number, center: Float64Array, leastPivot: number, forgive: boolean): ActiveSetOutcome {
    const {problem, rows, f, inSet} = this;
    this.noise = forgive ? NOISE * maxAbs(problem.d) : 0;
    const {n, p, m, P, q} = problem;
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

  /** x and y of the working set, with the part `t` of the gradient of `row` on the objective's side. */
  private refresh(row = -1, t = 0): void {
    const {problem, rows, f, point} = this;
    const {n, C, d} = problem;
    let objective = f;
    if (row >= 0 && t !== 0) objective = f.map((value, j) => value + t * C[row * n + j]);
    rows.solution(objective, d, point.x, point.y);
  }

  /** Moves on until row i holds, letting rows go whose multipliers would become negative. */
  private bringIn(i: number): ActiveSetOutcome {
    const {problem, rows, point, inSet} = this;
    const {n, p, C, d} = problem;
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
        // The row holds already. What it carries goes to the rows that it depends on, unless one of them cannot take it.
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

  /** The member whose multiplier would be the first to become negative if it took its part of another row's multiplier t; or −1. */
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
    const {n, p, C, d} = problem;
    const {x, y, s} = point;
    for (let i = 0; i < d.length; i++) {
      if (!inSet[i]) y[i] = 0;
      s[i] = inSet[i] || i < p ? 0 : d[i] - dot(C.subarray(i * n, (i + 1) * n), x);
    }
    // A member stays one, though its multiplier be zero.
    for (let k = 0; k < rows.count; k++) {
      const member = rows.members[k];
      if (member >= p) y[member] = Math.max(y[member], Number.MIN_VALUE);
    }
  }
}
