/** @file A small quadratic program that is solved again and again, on arrays. */
import {checkOptions, describe} from '../../checks/index.js';
import {weightOfRow, type Degenerate} from '../../conditions/index.js';
import {boundRows, finiteSlack, PreparedGradient, PreparedSolver, sidesOf} from '../../kernels/index.js';
import {SparseMatrix} from '../../linalg/index.js';
import {
  checkShape,
  copyInto,
  sizesOf,
  type PreparedQPInput,
  type QPMatrix,
  type QPNumbers,
  type Sizes,
} from './parts/prepared-input.js';
import {numbersOf, PreparedSparse} from './parts/prepared-sparse.js';
import {QP_PARAMETERS, type QPParameter} from './qp-input.js';

/** A solution. The next call of `solve` overwrites it: copy what you want to keep. */
export interface PreparedQPResult {
  /** The minimizer, [n]; zero if the status is not 0. */
  readonly x: Float64Array;
  /** λ ≥ 0, [m]: Qx + p + Gᵀλ + Aᵀν − z_l + z_u = 0. */
  readonly ineqDual: Float64Array;
  /** ν, [k]. */
  readonly eqDual: Float64Array;
  /** z_l ≥ 0, the multipliers of lower ≤ x, [n]; empty without `lower`. */
  readonly lowerDual: Float64Array;
  /** z_u ≥ 0, the multipliers of x ≤ upper, [n]; empty without `upper`. */
  readonly upperDual: Float64Array;
  /** h − Gx ≥ 0, [m]. */
  readonly slack: Float64Array;
  /**
   * 0 solved, 1 primal infeasible, 2 dual infeasible (unbounded), 3 iteration limit, 4 numerical error, 5 invalid: a number that is not
   * finite (but Infinity in h and upper, −Infinity in lower), Q not symmetric or not semidefinite, or a row whose largest coefficient is below 2⁻¹⁰²².
   */
  readonly status: number;
  /** How many rows entered or left the active set, and the iterations of the interior-point method if it was needed. */
  readonly iterations: number;
  /** The largest error of a row or column, each relative to its own terms, as in `certify`; 1e9 if there is no solution. */
  readonly residual: number;
}

/**
 * The gradient of a function of x in the data, row by row; of a matrix that was prepared as a sparse one, in the values of its entries. The
 * next call of `gradient` overwrites it.
 */
export interface PreparedQPGradient {
  /** [n, n], symmetric. */
  readonly Q: Float64Array;
  /** [n]. */
  readonly p: Float64Array;
  /** [m, n]. */
  readonly G: Float64Array;
  /** [m]. */
  readonly h: Float64Array;
  /** [k, n]. */
  readonly A: Float64Array;
  /** [k]. */
  readonly b: Float64Array;
  /** [n]; empty without `lower`. */
  readonly lower: Float64Array;
  /** [n]; empty without `upper`. */
  readonly upper: Float64Array;
}

export interface PreparedQPSettings {
  tolerance: number;
  maxIterations: number;
  degenerate: Degenerate;
  smoothing: number;
}

type Matrix = 'Q' | 'G' | 'A';

type Writable<T> = {-readonly [K in keyof T]: T[K]};

const SOLVE = 'PreparedQP.solve';

/** A quadratic program and its latest solution; `prepareQP` makes it. */
export class PreparedQP {
  private readonly sizes: Sizes;
  /** Which bounds there are, as in `sidesOf`. */
  private readonly sides: number;
  private solver: PreparedSolver | null;
  private gradients: PreparedGradient | null;
  private readonly result: Writable<PreparedQPResult>;
  private readonly cotangents: Writable<PreparedQPGradient>;
  /** The matrices that were prepared as sparse ones. */
  private readonly sparse = new Map<Matrix, PreparedSparse>();

  /** Use `prepareQP` instead, which checks the options. */
  constructor(where: string, problem: PreparedQPInput, settings: PreparedQPSettings) {
    const sizes = sizesOf(where, problem);
    const {n, m, k} = sizes;
    const sides = sidesOf(problem);
    const {tolerance, maxIterations, degenerate, smoothing} = settings;
    this.sizes = sizes;
    this.solver = new PreparedSolver(n, k, m + boundRows(sides, n), {tolerance, maxIterations}, sides);
    this.gradients = new PreparedGradient(this.solver, {
      of: (activity, multiplier, slack) => weightOfRow(activity, multiplier, slack, degenerate, smoothing),
      isSharp: degenerate !== 'smooth',
    });
    const {Q, p, C, d} = this.gradients;
    this.cotangents = {
      Q,
      p,
      G: C.subarray(k * n, (k + m) * n),
      h: d.subarray(k, k + m),
      A: C.subarray(0, k * n),
      b: d.subarray(0, k),
      lower: d.subarray(k + m, k + m + (sides & 1 ? n : 0)),
      upper: d.subarray(d.length - (sides & 2 ? n : 0)),
    };
    this.sides = sides;
    this.result = {
      x: new Float64Array(n),
      ineqDual: new Float64Array(m),
      eqDual: new Float64Array(k),
      lowerDual: new Float64Array(sides & 1 ? n : 0),
      upperDual: new Float64Array(sides & 2 ? n : 0),
      slack: new Float64Array(m),
      status: 5,
      iterations: 0,
      residual: 1e9,
    };
    for (const name of MATRICES) {
      const matrix = problem[name];
      if (!(matrix instanceof SparseMatrix)) continue;
      const known = new PreparedSparse(name, matrix);
      this.sparse.set(name, known);
      this.cotangents[name] = known.gradient;
    }
    this.read(where, problem);
  }

  /**
   * Solves the problem after replacing the data that are given; they stay for later calls. The latest active set is tried first.
   *
   * @returns The same object each time, with the same arrays.
   * @throws If a name is unknown or a shape differs from the one that was prepared; then no data are replaced.
   */
  solve(changes: Partial<PreparedQPInput> = UNCHANGED): PreparedQPResult {
    const {solver, result} = this;
    if (!solver) throw disposed(SOLVE);
    this.read(SOLVE, changes);
    solver.solve();
    this.gradients!.forget();
    const {x, ineqDual, eqDual, lowerDual, upperDual, slack} = result;
    const {solution, bounds} = solver;
    const k = eqDual.length;
    x.set(solution.x);
    for (let i = 0; i < k; i++) eqDual[i] = solution.y[i];
    for (let i = 0; i < slack.length; i++) {
      ineqDual[i] = Math.max(0, solution.y[k + i]);
      slack[i] = finiteSlack(solution.s[k + i], bounds[k + i]);
    }
    const first = k + slack.length;
    for (let j = 0; j < lowerDual.length; j++) lowerDual[j] = Math.max(0, solution.y[first + j]);
    const last = solution.y.length - upperDual.length;
    for (let j = 0; j < upperDual.length; j++) upperDual[j] = Math.max(0, solution.y[last + j]);
    result.status = solver.status;
    result.iterations = solver.iterations;
    result.residual = solver.residual;
    return result;
  }

  /**
   * The gradient of ℓ(x) in the data of the latest solve, for the gradient of ℓ in x; zero if the status is not 0.
   *
   * @param cotangent ∂ℓ/∂x, [n].
   * @returns The same object each time, with the same arrays.
   */
  gradient(cotangent: QPNumbers): PreparedQPGradient {
    const where = 'PreparedQP.gradient';
    if (!this.gradients) throw disposed(where);
    if (cotangent?.length !== this.sizes.n) {
      const got = typeof cotangent?.length === 'number' ? `[${cotangent.length}]` : describe(cotangent);
      throw new Error(
        `${where}: the cotangent must have shape [n], which is [${this.sizes.n}] here; got ${got}.`,
      );
    }
    this.gradients.compute(cotangent);
    if (this.sparse.size > 0) this.gather(this.gradients);
    // The right-hand sides of their rows are −lower.
    const {lower} = this.cotangents;
    for (let j = 0; j < lower.length; j++) lower[j] = 0 - lower[j];
    return this.cotangents;
  }

  /** Gives the memory back. Results keep their numbers; further calls throw. */
  dispose(): void {
    this.solver = this.gradients = null;
  }

  private read(where: string, given: Partial<PreparedQPInput>): void {
    for (const name in given) {
      if (!QP_PARAMETERS.includes(name as QPParameter)) checkOptions(where, given, QP_PARAMETERS, 'input');
      const value = given[name as QPParameter];
      if (value == null) continue;
      const known = this.sparse.get(name as Matrix);
      if (!known || value instanceof SparseMatrix) checkShape(where, name as QPParameter, value, this.sizes);
      if (known) known.valuesIn(where, value);
      else if (value instanceof SparseMatrix) numbersOf(where, name as QPParameter, value);
      if (sideOf(name) & ~this.sides) throw notPrepared(where, name);
    }
    const {problem, bounds} = this.solver!;
    const {Q, p, G, h, A, b, lower, upper} = given;
    const {n, m, k} = this.sizes;
    if (Q != null) this.copyMatrix(where, 'Q', Q, problem.P.values, 0);
    if (p != null) copyInto(problem.q, 0, p);
    if (A != null) this.copyMatrix(where, 'A', A, problem.C.values, 0);
    if (G != null) this.copyMatrix(where, 'G', G, problem.C.values, k * n);
    if (b != null) copyInto(bounds, 0, b);
    if (h != null) copyInto(bounds, k, h);
    if (lower != null) {
      copyInto(bounds, k + m, lower);
      for (let i = k + m; i < k + m + n; i++) bounds[i] = -bounds[i];
    }
    if (upper != null) copyInto(bounds, bounds.length - n, upper);
    if (Q != null) this.solver!.readCurvature();
    if (A != null || G != null) this.solver!.readRows();
  }

  /** Copies a matrix whose shape was checked. @param from Where its entries start in `into`. */
  private copyMatrix(
    where: string,
    name: Matrix,
    value: QPMatrix | SparseMatrix,
    into: Float64Array,
    from: number,
  ): void {
    const known = this.sparse.get(name);
    if (!known && !(value instanceof SparseMatrix)) return copyInto(into, from, value);
    const {n, m, k} = this.sizes;
    const size = n * {Q: n, G: m, A: k}[name];
    if (known) return known.write(known.valuesIn(where, value), into, from, size);
    const matrix = value as SparseMatrix;
    new PreparedSparse(name, matrix).write(numbersOf(where, name, matrix), into, from, size);
  }

  /** Takes the gradients in the values of sparse matrices from those in all entries. */
  private gather({Q, C}: PreparedGradient): void {
    const {n, k} = this.sizes;
    this.sparse.get('Q')?.gather(Q);
    this.sparse.get('A')?.gather(C);
    this.sparse.get('G')?.gather(C.subarray(k * n));
  }
}

const UNCHANGED: Partial<PreparedQPInput> = {};
const MATRICES: readonly Matrix[] = ['Q', 'G', 'A'];

/** The side of a bound (`kernels/contracts/bounds.ts`), else 0. */
function sideOf(name: string): number {
  return name === 'lower' ? 1 : name === 'upper' ? 2 : 0;
}

function notPrepared(where: string, name: string): Error {
  return new Error(
    `${where}: ${name} was not given to prepareQP; pass it there, with infinite numbers for no bounds.`,
  );
}

function disposed(where: string): Error {
  return new Error(`${where}: this problem was disposed of.`);
}
