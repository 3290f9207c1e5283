/**
 * @file The working set of a dual active-set method, and the solution of min ½ xᵀPx + qᵀx with its rows as equalities. Its factors
 * (`added-rows.ts`) depend on the matrices alone, so they are kept while only q and d change. x and y are computed anew from the factors
 * after every change of the set, so errors do not accumulate.
 */
import type {Vector} from '../../contracts/dense.js';
import {referenceDense} from '../../twins/reference/dense.js';
import {AddedRows} from '../qp/added-rows.js';
import type {Problem} from '../qp/types.js';

/** A row depends on the others if the part of it outside their span is smaller than this. */
const DEPENDENT = 1e-9;
/** The part that is not caused by rounding a row to f32. */
const CLEARLY = 1e-6;
/** A pivot of P below this part of its diagonal entry leaves too few digits. */
const LEAST_PIVOT = 1e-11;
/** After so many changes the factors are made anew, because each adds a rounding error. */
const DRIFT = 200;

export class WorkingSet {
  readonly x: Vector;
  readonly y: Vector;
  readonly rows: AddedRows;
  /** 1 for the rows of the set. */
  readonly has: Uint8Array;
  /** Whether an equality is left out because it depends on others. */
  redundant = false;
  /** Whether the factors belong to the present matrices. */
  private current = false;
  /** Since the factors were made. */
  private changes = 0;
  private readonly objective: Float64Array;
  /** The last working set, for new matrices: the first `kept` of `previous`. */
  private readonly previous: Int32Array;
  private kept = 0;
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
    this.has = new Uint8Array(p + m);
    this.objective = new Float64Array(n);
    this.previous = new Int32Array(n);
    this.wanted = new Float64Array(p + m);
    this.zeros = new Float64Array(p + m);
    this.stepX = new Float64Array(n);
    this.stepY = new Float64Array(p + m);
  }

  /** Call this when P has changed. @returns Whether P is clearly positive definite; if not, the set is of no use. */
  readCurvature(): boolean {
    const {problem, rows} = this;
    this.keepMembers();
    const definite = rows.start(problem.P.values, 0, 0) && rows.leastPivot(problem.P.values) > LEAST_PIVOT;
    if (definite) rows.remember();
    this.current = false;
    return definite;
  }

  /** Call this when C has changed, or when rounding shows. */
  renew(): void {
    this.current = false;
  }

  /** Call this when the solution was not accurate: the factors may have drifted. */
  doubt(): void {
    if (this.changes > 0) this.current = false;
  }

  /** Starts with the equalities alone. */
  clear(): void {
    const {problem, rows, has} = this;
    const {
      n,
      p,
      C: {values: C},
    } = problem;
    rows.restart();
    has.fill(0);
    this.redundant = false;
    for (let i = 0; i < p; i++) {
      if (rows.direction(C, i * n).relative > 0) this.include(i);
      else this.redundant = true;
    }
    this.changes = 0;
    this.current = true;
  }

  /** Makes the factors of the present matrices, unless they are known, and leaves out rows that are absent. */
  begin(absent: Uint8Array): void {
    const {problem, rows, previous, y} = this;
    const {
      n,
      p,
      C: {values: C},
    } = problem;
    if (!this.current || this.changes > DRIFT) {
      this.keepMembers();
      this.clear();
      for (let k = 0; k < this.kept; k++) {
        const i = previous[k];
        if (i >= p && rows.direction(C, i * n).relative > 0) this.include(i);
      }
      this.changes = 0;
      this.kept = 0;
    }
    for (let k = rows.count - 1; k >= 0; k--) if (absent[rows.members[k]]) this.letGo(k);
    y.fill(0);
  }

  private keepMembers(): void {
    const {rows, previous} = this;
    // Q may be read twice before the factors are used: the second time there are no members.
    if (rows.count === 0) return;
    this.kept = rows.count;
    for (let k = 0; k < rows.count; k++) previous[k] = rows.members[k];
  }

  /** Adds the row for which `rows.direction` was called last. */
  include(i: number): void {
    this.changes++;
    this.rows.add(i);
    this.has[i] = 1;
  }

  /** Removes the row at a position of `rows.members`. */
  letGo(position: number): void {
    const member = this.rows.members[position];
    this.changes++;
    this.has[member] = 0;
    this.y[member] = 0;
    this.rows.remove(position);
  }

  /** Whether some of the rows outside the set that are marked with `mark` depend, but for rounding to f32, on the set and on each other. */
  isTouchedByDependent(marks: Uint8Array, mark: number): boolean {
    const {problem, rows, has} = this;
    const {
      n,
      p,
      C: {values: C},
    } = problem;
    const {count} = rows;
    let found = false;
    for (let i = p; i < marks.length && !found; i++) {
      if (marks[i] !== mark || has[i]) continue;
      found = rows.direction(C, i * n).relative < CLEARLY;
      if (!found) this.include(i);
    }
    while (rows.count > count) this.letGo(rows.count - 1);
    return found;
  }

  /** Computes x and y, with `t` times the gradient of `row` added to the objective's gradient. */
  refresh(row = 0, t = 0): void {
    const {problem, rows, objective, x, y} = this;
    const {
      n,
      q,
      C: {values: C},
      d,
    } = problem;
    objective.set(q);
    if (t !== 0) for (let j = 0, at = row * n; j < n; j++, at++) objective[j] += t * C[at];
    rows.solution(objective, d, x, y);
  }

  /** Removes rounding errors from x and y: one Newton step, which is the same. */
  refine(): void {
    const {problem, x, y} = this;
    this.correct(problem.q, problem.d, x, y);
  }

  /** min ½ uᵀPu + fᵀu subject to (C u)ᵢ = 0 on the set, with multipliers v (of the other rows: not changed), refined once. */
  solveFor(f: Float64Array, u: Float64Array, v: Float64Array): void {
    const {zeros} = this;
    this.rows.solution(f, zeros, u, v);
    this.correct(f, zeros, u, v);
  }

  /** Corrects x and y by the solution for what is left of min ½ xᵀPx + fᵀx subject to (C x)ᵢ = gᵢ on the set. */
  private correct(f: Float64Array, g: Float64Array, x: Float64Array, y: Float64Array): void {
    const {problem, rows, objective, wanted, stepX, stepY} = this;
    const {
      n,
      P: {values: P},
      C: {values: C},
    } = problem;
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
}
