/**
 * @file A dual active-set method that starts from the working set of its last problem.
 *
 *     min ½ xᵀPx + qᵀx  subject to  (C x)ᵢ = dᵢ for i < p,  (C x)ᵢ ≤ dᵢ for the others,   P positive definite
 *
 * Goldfarb & Idnani (1983), with the factors of `added-rows.ts`. They depend on the matrices alone, so while only q and d change, a
 * problem costs O(n²) and O(n²) more for each row that enters or leaves. x and y are computed anew from the factors after every change of
 * the working set, so errors do not accumulate. Whatever goes wrong is left to the caller, who has other methods.
 */
import type {Vector} from '../../contracts/dense.js';
import {referenceDense} from '../../twins/reference/dense.js';
import {AddedRows} from '../qp/added-rows.js';
import type {Problem} from '../qp/types.js';
import {RowViolations} from './row-violations.js';

/** 'contradiction': the rows of the ray in `y` contradict each other, up to a test. 'stuck': rounding or degeneracy got in the way. */
export type WarmOutcome = 'solved' | 'contradiction' | 'stuck';

/** A row depends on the others if the part of it outside their span is smaller than this. */
const DEPENDENT = 1e-9;
/** A pivot of P below this part of its diagonal entry leaves too few digits. */
const LEAST_PIVOT = 1e-11;
/** A dependent row that is violated by less than this part of its terms holds. */
const HOLDS = 1e-10;
/** The rounding of f64 in the terms that x is the sum of, with some room. */
const ROUNDING = 1e-13;
/** The maximum number of steps per row and variable. */
const STEPS = 5;
/** If more of the multipliers than this part have the wrong sign, the old working set says nothing about the new problem. */
const USELESS = 0.5;

export class WarmActiveSet {
  readonly x: Vector;
  readonly y: Vector;
  /** How many rows entered or left the working set in the latest call of `solve`. */
  steps = 0;
  /** Whether an equality is left out because it depends on others. */
  redundant = false;
  private readonly rows: AddedRows;
  private readonly inSet: Uint8Array;
  private readonly violations: RowViolations;
  /** Whether P has a factor; and whether the working set belongs to the present matrices. */
  private factored = false;
  private current = false;
  private readonly objective: Float64Array;
  private readonly previous: Int32Array;
  private readonly wanted: Float64Array;
  private readonly zeros: Float64Array;
  private readonly stepX: Float64Array;
  private readonly stepY: Float64Array;

  /** @param problem Its entries are read by each call. */
  constructor(private readonly problem: Problem) {
    const {n, p, m} = problem;
    this.x = referenceDense.vector(n);
    this.y = referenceDense.vector(p + m);
    this.rows = new AddedRows(n, DEPENDENT);
    this.inSet = new Uint8Array(p + m);
    this.violations = new RowViolations(problem);
    this.objective = new Float64Array(n);
    this.previous = new Int32Array(n);
    this.wanted = new Float64Array(p + m);
    this.zeros = new Float64Array(p + m);
    this.stepX = new Float64Array(n);
    this.stepY = new Float64Array(p + m);
  }

  /** Call this when P has changed. @returns Whether P is clearly positive definite; if not, there is nothing that this class can do. */
  readCurvature(): boolean {
    const {problem, rows} = this;
    this.factored = rows.start(problem.P, 0, 0) && rows.leastPivot(problem.P) > LEAST_PIVOT;
    if (this.factored) rows.remember();
    this.current = false;
    return this.factored;
  }

  /** Call this when P or C has changed. */
  readRows(): void {
    this.violations.readRows();
    this.current = false;
  }

  /** Solves for x and y. @param absent 1 for rows that do not count. */
  solve(absent: Uint8Array): WarmOutcome {
    const {problem, violations, inSet, x, y} = this;
    const {n, p, m} = problem;
    this.steps = 0;
    y.fill(0);
    if (!this.current) this.rebuild();
    this.letGoOf(absent);
    this.refresh();
    if (!this.dropNegative()) {
      this.begin();
      this.refresh();
    }
    violations.begin();
    for (let step = 0; step < STEPS * (n + p + m); step++) {
      const worst = violations.worst(x, inSet, absent);
      if (worst < 0) return 'solved';
      const outcome = this.bringIn(worst);
      if (outcome !== 'solved') return outcome;
    }
    return 'stuck';
  }

  /** Whether row i is in the working set. */
  holdsRow(i: number): boolean {
    return this.inSet[i] === 1;
  }

  /** Removes rounding errors from the solution: one Newton step on the working set, which is the same. */
  refine(): void {
    const {problem, x, y} = this;
    this.correct(problem.q, problem.d, x, y);
  }

  /** min ½ uᵀPu + fᵀu subject to (C u)ᵢ = 0 on the working set, with multipliers v (of the other rows: not changed), refined once. */
  solveOnSet(f: Float64Array, u: Float64Array, v: Float64Array): void {
    const {zeros} = this;
    this.rows.solution(f, zeros, u, v);
    this.correct(f, zeros, u, v);
  }

  /** Corrects x and y by the solution for what is left of min ½ xᵀPx + fᵀx subject to (C x)ᵢ = gᵢ on the working set. */
  private correct(f: Float64Array, g: Float64Array, x: Float64Array, y: Float64Array): void {
    const {problem, rows, objective, wanted, stepX, stepY} = this;
    const {n, P, C} = problem;
    for (let j = 0, at = 0; j < n; j++) {
      let sum = f[j];
      for (let k = 0; k < n; k++, at++) sum += P[at] * x[k];
      objective[j] = sum;
    }
    for (let k = 0; k < rows.count; k++) {
      const i = rows.members[k];
      let sum = g[i];
      for (let j = 0, at = i * n; j < n; j++, at++) {
        sum -= C[at] * x[j];
        objective[j] += C[at] * y[i];
      }
      wanted[i] = sum;
    }
    rows.solution(objective, wanted, stepX, stepY);
    for (let j = 0; j < n; j++) x[j] += stepX[j];
    for (let k = 0; k < rows.count; k++) y[rows.members[k]] += stepY[rows.members[k]];
  }

  /** Starts with the equalities alone. */
  private begin(): void {
    const {problem, rows, inSet, y} = this;
    const {n, p, C} = problem;
    rows.restart();
    inSet.fill(0);
    y.fill(0);
    this.redundant = false;
    for (let i = 0; i < p; i++) {
      if (rows.direction(C, i * n).relative > 0) this.include(i);
      else this.redundant = true;
    }
    this.current = true;
  }

  /** The same working set, for other matrices. */
  private rebuild(): void {
    const {problem, rows, previous} = this;
    const {n, p, C} = problem;
    const count = rows.count;
    for (let k = 0; k < count; k++) previous[k] = rows.members[k];
    this.begin();
    for (let k = 0; k < count; k++) {
      const i = previous[k];
      if (i >= p && rows.direction(C, i * n).relative > 0) this.include(i);
    }
  }

  private include(i: number): void {
    this.rows.add(i);
    this.inSet[i] = 1;
  }

  private letGo(position: number): void {
    const member = this.rows.members[position];
    this.inSet[member] = 0;
    this.y[member] = 0;
    this.rows.remove(position);
  }

  private letGoOf(absent: Uint8Array): void {
    const {rows} = this;
    for (let k = rows.count - 1; k >= 0; k--) if (absent[rows.members[k]]) this.letGo(k);
  }

  /** Computes x and y for the working set, with `t` times the gradient of `row` added to the objective's gradient. */
  private refresh(row = 0, t = 0): void {
    const {problem, rows, objective, x, y} = this;
    const {n, q, C, d} = problem;
    objective.set(q);
    if (t !== 0) for (let j = 0, at = row * n; j < n; j++, at++) objective[j] += t * C[at];
    rows.solution(objective, d, x, y);
  }

  /**
   * Removes rows until no multiplier has the wrong sign.
   *
   * @returns False if so many have it that it is better to start from nothing.
   */
  private dropNegative(): boolean {
    const {problem, rows, violations, y} = this;
    const {p} = problem;
    let first = true;
    for (;;) {
      let worst = -1;
      let least = 0;
      let negative = 0;
      let inequalities = 0;
      for (let k = 0; k < rows.count; k++) {
        const member = rows.members[k];
        if (member < p) continue;
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
      this.letGo(worst);
      this.refresh();
    }
  }

  /** Moves until row i holds, and removes rows whose multipliers would become negative. */
  private bringIn(i: number): WarmOutcome {
    const {problem, rows, violations, x, y} = this;
    const {n, p, C, d} = problem;
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
      if (full === Infinity && blocking < 0) {
        this.writeRay(i);
        return 'contradiction';
      }
      this.steps++;
      if (full <= longest) {
        this.include(i);
        this.refresh();
        return 'solved';
      }
      t += longest;
      this.letGo(blocking);
      this.refresh(i, t);
    }
  }

  /** Whether a violation is rounding. */
  private holds(i: number, excess: number): boolean {
    const {problem, rows, violations, x} = this;
    if (excess <= HOLDS * violations.terms(i, x)) return true;
    return excess <= ROUNDING * rows.terms(problem.C, i * problem.n);
  }

  /** y ← the multipliers with which row i and the rows that it depends on add up to nothing. */
  private writeRay(i: number): void {
    const {problem, rows, y} = this;
    y.fill(0);
    y[i] = 1;
    for (let k = 0; k < rows.count; k++) {
      const member = rows.members[k];
      y[member] = member < problem.p ? -rows.dual[k] : Math.max(0, -rows.dual[k]);
    }
  }
}
