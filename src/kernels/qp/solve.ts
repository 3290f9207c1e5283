/** @file Solves one quadratic program after another of the same shape: scale, interior point, polish; the certificate decides. */
import type {DenseKernels, Vector} from '../dense.js';
import {ActiveSet} from './active-set.js';
import {Certificate} from './certificate.js';
import {
  equilibrateMatrices,
  rescale,
  scaleProblem,
  scalingRoom,
  unscale,
  type MatrixScaling,
  type Scaling,
  type ScalingRoom,
} from './equilibrate.js';
import {ExactZeros, ROUNDING_32, ROUNDING_64} from './exact-zeros.js';
import {solveOnIndependentRows} from './independent-set.js';
import {dualCertificate, primalCertificate} from './infeasibility.js';
import {InteriorPoint, type Outcome} from './interior-point.js';
import {KktSystem} from './kkt.js';
import {Polish} from './polish.js';
import {clearEmptyRows} from './presolve.js';
import {isDescentRay, isFarkasRay} from './rays.js';
import {copyPoint, emptyPoint, emptyProblem, type Point, type Problem} from './types.js';
import {dot, maxAbs} from './vectors.js';

/** Its arrays are the solver's own: they last until its next solve. */
export interface QPResult extends Point {
  outcome: Outcome;
  iterations: number;
  /** The largest quotient of the certificate, of the point rounded to f32. */
  residual: number;
  /** A row each: 0 inactive, 1 active, 2 weakly active (neither multiplier nor slack is clear of zero). */
  activity: Uint8Array;
}

/** Multiplier and slack both below this, relative to their row's terms: weakly active. */
export const WEAK = 1e-6;

/** A polished point this good needs no interior point at all (a warm start), or replaces it. */
const POLISHED = 1e-9;

/** The certificate that rounding to f32 leaves room for. */
export const SINGLE = 2 ** -20;

/** The certificate that a point has before it is rounded, save where rounding of f64 explains more. */
export const DOUBLE = 1e-9;
/** What rounding a solution to f32 costs at most. */
export const ROUNDING = 2 ** -22;
/** A row that is violated by more than this in f64 may contradict others. */
export const CONSISTENT = 1e-8;

/** Entries of a ray below this part of its largest are rounding. */
const NOISE = 1e-11;

/** Curvature added for a dual active-set method, relative to the largest: none if there is enough, then less and less. */
const PROXIMITIES = [0, 1e-5, 1e-7, 1e-9, 1e-9, 1e-11, 1e-11, 1e-13, 1e-13, 1e-15];
/**
 * Rows that are equal up to the rounding of f32 count as one, at first; contradictions that are tiny beside the largest right-hand
 * side are forgiven, at first.
 */
const ATTEMPTS = [
  {dependent: 1e-7, forgive: true},
  {dependent: 1e-10, forgive: true},
  {dependent: 1e-10, forgive: false},
];
/** The root of a pivot from which on curvature is enough. */
const ENOUGH_CURVATURE = 1e-5;

/** What is asked of a point. */
interface Demands {
  /** Of its certificate, rounded to f32. */
  enough: number;
  /** Of its certificate in f64, before it is rounded. */
  exactness: number;
  /** Whether the constraints must hold better than rounding to f32 says: a contradiction must not be taken for a solution. */
  consistent: boolean;
}

export class QPSolver {
  /** The problem to solve: to be filled in before `solve`. */
  readonly problem: Problem<Vector>;
  private readonly scaled: Problem<Vector>;
  private readonly kkt: KktSystem;
  private readonly interiorPoint: InteriorPoint;
  private readonly polish: Polish;
  private readonly room: ScalingRoom;
  private readonly certificate: Certificate;
  private readonly zeros: ExactZeros;
  private readonly guess: Point<Vector>;
  private readonly rounded: Point<Vector>;
  private readonly exact: Point<Vector>;
  private readonly spare: Point<Vector>;
  private spareScaling: Scaling | null = null;
  private readonly found: QPResult;

  /** For n variables, p equalities and m inequalities; lasts as long as the scope of `dense` that it is made in. */
  constructor(
    private readonly dense: DenseKernels,
    n: number,
    p: number,
    m: number,
  ) {
    this.problem = emptyProblem(dense, {n, p, m});
    this.scaled = emptyProblem(dense, {n, p, m});
    this.kkt = new KktSystem(dense, n, p + m, this.scaled.P, this.scaled.C);
    this.interiorPoint = new InteriorPoint(dense, this.scaled, this.kkt);
    this.polish = new Polish(dense, this.scaled, this.kkt);
    this.room = scalingRoom(dense, {n, p, m});
    this.certificate = new Certificate(dense, {n, p, m});
    this.zeros = new ExactZeros(dense, {n, p, m});
    this.guess = emptyPoint(dense, {n, p, m});
    this.rounded = emptyPoint(dense, {n, p, m});
    this.exact = emptyPoint(dense, {n, p, m});
    this.spare = emptyPoint(dense, {n, p, m});
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

  /**
   * @param warmStart A guess; only its active set (y > s) and the values at it are used.
   * @param matrixScaling That of the problem's matrices, if it is known from another sample.
   */
  solve(
    tolerance: number,
    maxIterations: number,
    warmStart?: Point,
    matrixScaling?: MatrixScaling,
  ): QPResult {
    return this.dense.scope(() =>
      this.solveScaled(
        tolerance,
        maxIterations,
        warmStart,
        matrixScaling ?? equilibrateMatrices(this.dense, this.problem, this.room),
      ),
    );
  }

  private solveScaled(
    tolerance: number,
    maxIterations: number,
    warmStart: Point | undefined,
    matrixScaling: MatrixScaling,
  ): QPResult {
    const {dense, problem, scaled, kkt, room, interiorPoint, polish, guess, found} = this;
    const good = Math.min(tolerance, POLISHED);
    const enough = Math.max(tolerance, SINGLE);
    const demands = {enough, exactness: tolerance > SINGLE ? tolerance : DOUBLE, consistent: true};
    this.forget();
    const impossible = clearEmptyRows(problem, matrixScaling.isEmpty);
    if (impossible >= 0) return this.emptyRowRay(impossible);
    const scaling = scaleProblem(dense, problem, matrixScaling, scaled, true, room);
    kkt.readMatrices();
    const polished = (from: Point<Vector>, rounds?: number) =>
      polish.run(from, rounds) <= good && this.acceptPolished(scaling, good, demands);
    if (warmStart) {
      copyPoint(warmStart, guess);
      rescale(guess, scaling);
      if (polished(guess)) return found;
    }
    const {outcome, iterations} = interiorPoint.solve(tolerance, maxIterations, (point) =>
      polished(point, 2),
    );
    found.iterations = iterations;
    if (found.outcome === 'solved') return found;
    const last = interiorPoint.point;
    if (outcome === 'primalInfeasible' && this.provesInfeasible(last, scaling)) return found;
    if (outcome === 'dualInfeasible' && this.provesUnbounded(last, scaling)) return found;
    if (outcome !== 'primalInfeasible' && outcome !== 'dualInfeasible') {
      // The active set may be right already where the last iterations failed.
      if (polished(last)) return found;
      solveOnIndependentRows(scaled, last, guess);
      if (this.accept(guess, scaling, demands) || polished(guess)) return found;
      if (this.accept(last, scaling, demands)) return found;
      this.keepSpare([guess, last], scaling, demands);
    }
    if (outcome === 'iterationLimit') return this.prove(scaling) ? found : this.fail(outcome);
    return this.solveByActiveSet(matrixScaling, good, demands) ?? this.fail('numericalError');
  }

  /** Where the interior point does not get there: rows one by one, in units where no row is left out. */
  private solveByActiveSet(matrixScaling: MatrixScaling, good: number, strict: Demands): QPResult | null {
    const {dense, problem, scaled, kkt, found} = this;
    const demands = {...strict, consistent: false};
    let scaling!: Scaling;
    for (const {dependent, forgive} of ATTEMPTS) {
      scaling = scaleProblem(dense, problem, matrixScaling, scaled);
      kkt.readMatrices();
      const activeSet = new ActiveSet(scaled, dependent);
      const solved = this.proximalSteps(activeSet, scaling, good, demands, forgive);
      if (solved) return solved;
    }
    if (this.prove(scaling)) return found;
    return this.spareScaling && this.accept(this.spare, this.spareScaling, loosened(demands)) ? found : null;
  }

  /** Whether linear programs find a proof that there is no solution. */
  private prove(scaling: Scaling): boolean {
    const {dense, scaled} = this;
    const farkas = primalCertificate(dense, scaled);
    if (farkas && this.provesInfeasible(farkas, scaling)) return true;
    const ray = dualCertificate(dense, scaled);
    return ray !== null && this.provesUnbounded(ray, scaling);
  }

  private proximalSteps(
    activeSet: ActiveSet,
    scaling: Scaling,
    good: number,
    demands: Demands,
    forgive: boolean,
  ): QPResult | null {
    const {polish, found, guess} = this;
    const center = new Float64Array(guess.x.length);
    for (const proximity of PROXIMITIES) {
      const leastPivot = proximity === 0 ? ENOUGH_CURVATURE * Math.sqrt(scaling.c) : 0;
      const outcome = activeSet.solve(proximity * scaling.c, center, leastPivot, forgive);
      if (outcome === 'failed') continue;
      copyPoint(activeSet.point, guess);
      if (outcome === 'primalInfeasible') {
        if (this.provesInfeasible(guess, scaling)) return found;
        continue;
      }
      if (proximity > 0) {
        // Far out along a ray everything is small beside the terms of x: the ray comes first.
        for (let j = 0; j < center.length; j++) guess.x[j] -= center[j];
        if (this.provesUnbounded(guess, scaling)) return found;
        guess.x.set(activeSet.point.x);
      }
      if (polish.run(guess) <= good && this.acceptPolished(scaling, good, demands)) return found;
      if (this.accept(guess, scaling, demands)) return found;
      this.keepSpare([polish.point, guess], scaling, demands);
      center.set(activeSet.point.x);
    }
    return null;
  }

  /**
   * Whether a point of the scaled problem solves the user's own, as it will be given back: then it is the result.
   */
  private accept(point: Point<Vector>, scaling: Scaling, {enough, exactness, consistent}: Demands): boolean {
    const {problem, certificate, zeros, exact, rounded, found} = this;
    const {p} = problem;
    const {x, y, s} = exact;
    copyPoint(point, exact);
    unscale(exact, scaling);
    for (let i = p; i < y.length; i++) y[i] = Math.max(0, y[i]);
    const plain = certificate.measure(problem, x, y, Infinity);
    if (certificate.losesGivenNumbers(problem) || certificate.pullsOnRounding(problem)) return false;
    if (!(plain <= exactness)) {
      zeros.clear(problem, certificate, x, y, exactness > DOUBLE ? ROUNDING_32 : ROUNDING_64);
      if (!(certificate.measure(problem, x, y, Infinity) <= exactness)) return false;
    }
    zeros.clear(problem, certificate, x, y, ROUNDING_32);
    for (let i = 0; i < s.length; i++) if (scaling.absent[i]) s[i] = Math.max(0, -certificate.excess[i]);
    for (let j = 0; j < x.length; j++) rounded.x[j] = Math.fround(x[j]);
    for (let i = 0; i < y.length; i++) rounded.y[i] = Math.fround(y[i]);
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
    this.findActivity(scaling);
    return true;
  }

  /** Remembers the first of the points that is optimal up to f32, in case that nothing better is found. */
  private keepSpare(points: Point<Vector>[], scaling: Scaling, demands: Demands): void {
    if (this.spareScaling) return;
    const good = points.find((point) => this.accept(point, scaling, loosened(demands)));
    if (!good) return;
    copyPoint(good, this.spare);
    this.spareScaling = scaling;
  }

  /** `accept` of the polished point; where one linear solve did not reach it, another one may. */
  private acceptPolished(scaling: Scaling, good: number, demands: Demands): boolean {
    const {polish} = this;
    if (this.accept(polish.point, scaling, demands)) return true;
    return polish.refine() <= good && this.accept(polish.point, scaling, demands);
  }

  private provesInfeasible(point: Point<Vector>, scaling: Scaling): boolean {
    const {dense, problem, found} = this;
    this.takeRay(point, scaling);
    for (let i = problem.p; i < found.y.length; i++) found.y[i] = Math.max(0, found.y[i]);
    if (!isFarkasRay(dense, problem, found.y)) return false;
    normalize(found, dot(withoutInfinities(problem.d), found.y));
    found.outcome = 'primalInfeasible';
    return true;
  }

  private provesUnbounded(point: Point<Vector>, scaling: Scaling): boolean {
    const {dense, problem, found} = this;
    this.takeRay(point, scaling);
    if (!isDescentRay(dense, problem, found.x)) return false;
    normalize(found, dot(problem.q, found.x));
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

  /** The Farkas ray of a row of zeros that cannot hold (0 = 1, or 0 ≤ −1). */
  private emptyRowRay(row: number): QPResult {
    const {problem, found} = this;
    found.y.fill(0);
    found.y[row] = -1 / problem.d[row];
    found.outcome = 'primalInfeasible';
    return found;
  }

  /** Nothing of the sample before may be left where this one finds nothing. */
  private forget(): void {
    const {found} = this;
    found.outcome = 'numericalError';
    found.residual = Infinity;
    found.iterations = 0;
    this.spareScaling = null;
  }

  private fail(outcome: Outcome): QPResult {
    this.found.outcome = outcome;
    return this.found;
  }

  /**
   * What each row does at the solution. A multiplier counts as zero if it moves no column of the stationarity condition, a
   * slack if it is lost in the sum that it is the rest of: each row is measured against what it is made of.
   */
  private findActivity({absent}: Scaling): void {
    const {
      problem: {p},
      certificate: {multipliers, rowTerms},
      found: {s, activity},
    } = this;
    activity.fill(1);
    for (let i = p; i < s.length; i++) {
      const size = rowTerms[i];
      const slack = absent[i] ? 1 : size > 0 ? s[i] / size : 0;
      activity[i] = multipliers[i] < WEAK && slack < WEAK ? 2 : multipliers[i] > slack ? 1 : 0;
    }
  }
}

/** Entries of a ray, in scaled units, that are its rounding: where only they stand, nothing would be left to cancel. */
function dropNoise(values: Float64Array): void {
  const least = NOISE * maxAbs(values);
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) < least) values[i] = 0;
}

const loosened = (demands: Demands): Demands => ({
  enough: demands.enough,
  exactness: demands.enough,
  consistent: false,
});

/** Scales a ray so that the value along it, which is negative, becomes −1. */
function normalize({x, y, s}: Point, value: number): void {
  const factor = value < 0 ? -1 / value : 1;
  for (const part of [x, y, s]) for (let i = 0; i < part.length; i++) part[i] *= factor;
}

function withoutInfinities(values: Float64Array): Float64Array {
  return values.map((value) => (Number.isFinite(value) ? value : 0));
}
