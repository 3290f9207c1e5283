/**
 * @file Decides whether a point or a ray of the scaled problem answers the user's problem. This is the only place that sets the outcome and
 * the result of a sample. A point is measured in f64 and, if it will be returned in f32, once more after rounding.
 */
import {CONSISTENT, DOUBLE, ROUNDING, ROUNDING_32} from '../../contracts/qp-limits.js';
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import {findActivity} from './activity.js';
import {DoubleTest} from './double-test.js';
import {ROUNDING_64} from './exact-zeros.js';
import type {Outcome} from './interior-point.js';
import {holdFixed, settleFixed} from './fixed-variables.js';
import {dropNoise, normalizeRay} from './ray-points.js';
import {isDescentRay, isFarkasRay} from './rays.js';
import {unscale, type Scaling} from './scaling.js';
import {copyPoint, emptyPoint, type Point, type AnyProblem} from './types.js';
import {dot} from './vectors.js';

/** The arrays belong to the solver and are valid until its next solve. */
export interface QPResult extends Point {
  outcome: Outcome;
  iterations: number;
  /** The largest quotient of the certificate, for the point as it will be returned. */
  residual: number;
  /** One entry per row: 0 inactive, 1 active, 2 weakly active (neither multiplier nor slack is clearly above zero). */
  activity: Uint8Array;
}

/** What the results will be rounded to, if at all. */
export type Digits = 'single' | 'double';

/** What a point must satisfy to be accepted. */
export interface Demands {
  /** The largest allowed certificate of the point as it will be returned. */
  enough: number;
  /** The largest allowed certificate of the point in f64, before rounding. */
  exactness: number;
  /**
   * Whether the constraints must hold more accurately than f32 rounding can show, so that a contradiction is not mistaken for a solution.
   */
  consistent: boolean;
  /** Whether multipliers may be so large that only rounding to f32 keeps them from cancelling. */
  pulls?: boolean;
  /** Whether the f64 test, too, measures entries that are close to zero by cancellation against their neighbours. */
  sized?: boolean;
}

export class Acceptance {
  /** The result for the current sample. */
  readonly found: QPResult;
  private readonly test: DoubleTest;
  private readonly exact: Point<Vector>;
  private readonly rounded: Point<Vector>;
  private readonly spare: Point<Vector>;
  private spareScaling: Scaling | null = null;
  private spareDemands: Demands | null = null;

  /** @param problem In the user's units; its entries are read again for each sample. */
  constructor(
    private readonly dense: DenseKernels,
    private readonly problem: AnyProblem,
    private readonly digits: Digits = 'single',
  ) {
    const {n, p, m} = problem;
    this.test = new DoubleTest(dense, problem);
    this.exact = emptyPoint(dense, problem);
    this.rounded = emptyPoint(dense, problem);
    this.spare = emptyPoint(dense, problem);
    this.found = {
      x: new Float64Array(n),
      y: new Float64Array(p + m),
      s: new Float64Array(p + m),
      activity: new Uint8Array(p + m),
      outcome: 'numericalError',
      iterations: 0,
      residual: Infinity,
    };
  }

  /** The certificate, in f64, of the point that was judged last. */
  get tested(): number {
    return this.test.residual;
  }

  /** Clears the result of the previous sample, so that none of it remains if this one finds nothing. */
  forget(): void {
    const {found} = this;
    found.outcome = 'numericalError';
    found.residual = Infinity;
    found.iterations = 0;
    this.spareScaling = null;
    this.spareDemands = null;
  }

  fail(outcome: Outcome): void {
    this.found.outcome = outcome;
  }

  /**
   * Whether a point of the scaled problem solves the user's problem in the form in which it will be returned. If so, it becomes the result.
   */
  accept(point: Point<Vector>, scaling: Scaling, demands: Demands): boolean {
    const {problem, test, exact, rounded, found} = this;
    const {certificate, zeros} = test;
    const {enough, exactness, consistent, sized, pulls} = demands;
    const {p} = problem;
    const {x, y, s} = exact;
    copyPoint(point, exact);
    unscale(exact, scaling);
    for (let i = p; i < y.length; i++) y[i] = Math.max(0, y[i]);
    settleFixed(problem, y);
    const single = this.digits === 'single';
    if (!test.passes(x, y, {exactness, sized, pulls, ofF32: single && exactness > DOUBLE})) return false;
    zeros.clear(problem, certificate, x, y, single ? ROUNDING_32 : ROUNDING_64);
    for (let i = 0; i < s.length; i++) if (scaling.absent[i]) s[i] = Math.max(0, -certificate.excess[i]);
    for (let j = 0; j < x.length; j++) rounded.x[j] = single ? Math.fround(x[j]) : x[j];
    for (let i = 0; i < y.length; i++) rounded.y[i] = single ? Math.fround(y[i]) : y[i];
    const residual = certificate.measure(problem, rounded.x, rounded.y, enough);
    if (residual < found.residual) found.residual = residual;
    if (!(residual <= enough)) return false;
    if (consistent && residual > ROUNDING) {
      certificate.measure(problem, x, y, CONSISTENT);
      if (certificate.rows.some((quotient) => quotient > CONSISTENT)) return false;
      certificate.measure(problem, rounded.x, rounded.y, enough);
    }
    found.x.set(x);
    found.y.set(y);
    found.s.set(s);
    found.outcome = 'solved';
    findActivity(found.activity, p, found.s, scaling, certificate);
    holdFixed(problem, y, found.activity);
    return true;
  }

  /**
   * Remembers the first of the points that is optimal up to f32, in case nothing better is found.
   *
   * @param pulls Whether it may also be one that only fails because of its large multipliers.
   */
  keepSpare(points: Point<Vector>[], scaling: Scaling, demands: Demands, pulls = false): void {
    if (this.spareScaling) return;
    for (const asked of [loosened(demands), ...(pulls ? [{...demands, pulls}] : [])]) {
      const good = points.find((point) => this.accept(point, scaling, asked));
      if (!good) continue;
      this.fail('numericalError');
      copyPoint(good, this.spare);
      this.spareScaling = scaling;
      this.spareDemands = asked;
      return;
    }
  }

  /** Whether there is a spare point that only fails because of its large multipliers. */
  get hasExactSpare(): boolean {
    return this.spareDemands?.pulls === true;
  }

  /** Whether there is a spare point. If so, it becomes the result. */
  takeSpare(): boolean {
    const {spareScaling, spareDemands} = this;
    return (
      spareScaling !== null && spareDemands !== null && this.accept(this.spare, spareScaling, spareDemands)
    );
  }

  /** Whether a ray proves that there is no feasible point. */
  provesInfeasible(point: Point<Vector>, scaling: Scaling): boolean {
    const {problem, found, exact, test} = this;
    this.takeRay(point, scaling);
    for (let i = problem.p; i < found.y.length; i++) found.y[i] = Math.max(0, found.y[i]);
    exact.y.set(found.y);
    if (!isFarkasRay(problem, exact.y, test.certificate.columns, test.certificate.columnTerms)) return false;
    normalizeRay(found, dot(withoutInfinities(problem.d), found.y));
    found.outcome = 'primalInfeasible';
    return true;
  }

  /** Whether a ray proves that the objective is unbounded below. */
  provesUnbounded(point: Point<Vector>, scaling: Scaling): boolean {
    const {dense, problem, found} = this;
    this.takeRay(point, scaling);
    if (!isDescentRay(dense, problem, found.x)) return false;
    normalizeRay(found, dot(problem.q, found.x));
    found.outcome = 'dualInfeasible';
    return true;
  }

  private takeRay({x, y, s}: Point<Vector>, scaling: Scaling): void {
    const {found} = this;
    found.x.set(x);
    found.y.set(y);
    found.s.set(s);
    dropNoise(found.x);
    dropNoise(found.y);
    unscale(found, scaling);
  }

  /** Takes as proof a row of zeros that cannot hold (0 = 1, or 0 ≤ −1). */
  takeEmptyRow(row: number): void {
    const {problem, found} = this;
    found.y.fill(0);
    found.y[row] = -1 / problem.d[row];
    found.outcome = 'primalInfeasible';
  }
}

const loosened = (demands: Demands): Demands => ({
  enough: demands.enough,
  exactness: demands.enough,
  consistent: false,
});

function withoutInfinities(values: Float64Array): Float64Array {
  return values.map((value) => (Number.isFinite(value) ? value : 0));
}
