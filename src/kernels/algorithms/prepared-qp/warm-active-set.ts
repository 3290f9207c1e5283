/**
 * @file A dual active-set method that starts from the working set of its last problem.
 *
 *     min ½ xᵀPx + qᵀx  subject to  (C x)ᵢ = dᵢ for i < p,  (C x)ᵢ ≤ dᵢ for the others,   P positive definite
 *
 * Goldfarb & Idnani (1983). While only q and d change, a problem costs O(n² + mn), and as much for each row that enters or leaves.
 * Whatever goes wrong is left to the caller, who has other methods.
 */
import type {Problem} from '../qp/types.js';
import {RowViolations} from './row-violations.js';
import {WorkingSet} from './working-set.js';

/** 'contradiction': the rows of the ray in `y` contradict each other, up to a test. 'stuck': rounding or degeneracy got in the way. */
export type WarmOutcome = 'solved' | 'contradiction' | 'stuck';

/** A dependent row that is violated by less than this part of its terms holds. */
const HOLDS = 1e-10;
/** The rounding of f64 in the terms that x is the sum of, with some room. */
const ROUNDING = 1e-13;
/** The maximum number of steps per row and variable. */
const STEPS = 5;
/** If more of the multipliers than this part have the wrong sign, the old working set says nothing about the new problem. */
const USELESS = 0.5;

export class WarmActiveSet {
  /** x and y after a solve, and the factors that they were computed with. */
  readonly set: WorkingSet;
  /** How many rows entered or left the working set in the latest call of `solve`. */
  steps = 0;
  private readonly violations: RowViolations;

  /** @param problem Its entries are read by each call. */
  constructor(private readonly problem: Problem) {
    this.set = new WorkingSet(problem);
    this.violations = new RowViolations(problem);
  }

  /** Call this when P or C has changed. */
  readRows(): void {
    this.violations.readRows();
    this.set.renew();
  }

  /**
   * Solves for x and y of `set`.
   *
   * @param absent 1 for rows that do not count.
   * @param warm Whether to start from the last working set.
   */
  solve(absent: Uint8Array, warm: boolean): WarmOutcome {
    const {problem, violations, set} = this;
    const {n, p, m} = problem;
    this.steps = 0;
    if (warm) set.begin(absent);
    else this.startOver();
    set.refresh();
    if (!this.dropNegative()) {
      this.startOver();
      set.refresh();
    }
    violations.begin();
    for (let step = 0; step < STEPS * (n + p + m); step++) {
      const worst = violations.worst(set.x, set.has, absent);
      if (worst < 0) return 'solved';
      const outcome = this.bringIn(worst);
      if (outcome !== 'solved') return outcome;
    }
    return 'stuck';
  }

  private startOver(): void {
    this.set.clear();
    this.set.y.fill(0);
  }

  /**
   * Removes rows until no multiplier has the wrong sign.
   *
   * @returns False if so many have it that it is better to start from nothing.
   */
  private dropNegative(): boolean {
    const {problem, violations, set} = this;
    const {rows, y} = set;
    let first = true;
    for (;;) {
      let worst = -1;
      let least = 0;
      let negative = 0;
      let inequalities = 0;
      for (let k = 0; k < rows.count; k++) {
        const member = rows.members[k];
        if (member < problem.p) continue;
        inequalities++;
        const pull = y[member] * violations.size(member);
        if (!(pull < 0)) continue;
        negative++;
        if (pull < least) {
          worst = k;
          least = pull;
        }
      }
      if (worst < 0) return true;
      if (first && negative > 1 && negative > USELESS * inequalities) return false;
      first = false;
      this.steps++;
      set.letGo(worst);
      set.refresh();
    }
  }

  /** Moves until row i holds, and removes rows whose multipliers would become negative. */
  private bringIn(i: number): WarmOutcome {
    const {problem, violations, set} = this;
    const {rows, x, y} = set;
    const {
      n,
      p,
      C: {values: C},
      d,
    } = problem;
    let t = 0;
    for (;;) {
      let excess = -d[i];
      for (let j = 0, at = i * n; j < n; j++, at++) excess += C[at] * x[j];
      const {square, relative, dual} = rows.direction(C, i * n);
      if (relative === 0 && t === 0 && this.holds(i, excess)) {
        violations.ignore(i);
        return 'solved';
      }
      let blocking = -1;
      let longest = Infinity;
      for (let k = 0; k < rows.count; k++) {
        const member = rows.members[k];
        if (member < p || !(dual[k] > 0)) continue;
        const length = Math.max(0, y[member]) / dual[k];
        if (length < longest) {
          blocking = k;
          longest = length;
        }
      }
      const full = relative > 0 ? Math.max(0, excess) / square : Infinity;
      // Numbers have left the range of f64. Otherwise each further pass removes a row, so there is an end.
      if (Number.isNaN(full)) return 'stuck';
      if (full === Infinity && blocking < 0) {
        this.writeRay(i);
        return 'contradiction';
      }
      this.steps++;
      if (full <= longest) {
        set.include(i);
        set.refresh();
        return 'solved';
      }
      t += longest;
      set.letGo(blocking);
      set.refresh(i, t);
    }
  }

  /** Whether a violation is rounding. */
  private holds(i: number, excess: number): boolean {
    const {problem, violations, set} = this;
    if (excess <= HOLDS * violations.terms(i, set.x)) return true;
    return excess <= ROUNDING * set.rows.terms(problem.C.values, i * problem.n);
  }

  /** y ← the multipliers with which row i and the rows that it depends on add up to nothing. */
  private writeRay(i: number): void {
    const {problem, set} = this;
    const {rows, y} = set;
    y.fill(0);
    y[i] = 1;
    for (let k = 0; k < rows.count; k++) {
      const member = rows.members[k];
      y[member] = member < problem.p ? -rows.dual[k] : Math.max(0, -rows.dual[k]);
    }
  }
}
