/** @file Solves one quadratic program after another of the same shape: scale, interior point, polish. */
import type {DenseKernels, Vector} from '../dense.js';
import {
  equilibrateMatrices,
  rescale,
  scaleProblem,
  unscale,
  type MatrixScaling,
  type Scaling,
} from './equilibrate.js';
import {dualCertificate, emptyRowCertificate, primalCertificate} from './infeasibility.js';
import {InteriorPoint, type Outcome} from './interior-point.js';
import {KktSystem} from './kkt.js';
import {Polish} from './polish.js';
import {copyPoint, emptyPoint, emptyProblem, type Point, type Problem} from './types.js';
import {dot} from './vectors.js';

/** Its arrays are the solver's own: they last until its next solve. */
export interface QPResult extends Point {
  outcome: Outcome;
  iterations: number;
  /** The largest relative KKT error of the point in the scaled problem. */
  residual: number;
  /** A row each: 0 inactive, 1 active, 2 weakly active (neither multiplier nor slack is clear of zero). */
  activity: Uint8Array;
}

/** Multiplier and slack both below this, relative to their row's terms: weakly active. */
const WEAK = 1e-6;

/** A polished point this good needs no interior point at all (a warm start), or replaces it. */
const POLISHED = 1e-9;

export class QPSolver {
  /** The problem to solve: to be filled in before `solve`. */
  readonly problem: Problem<Vector>;
  private readonly scaled: Problem<Vector>;
  private readonly kkt: KktSystem;
  private readonly interiorPoint: InteriorPoint;
  private readonly polish: Polish;
  private readonly guess: Point<Vector>;
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
    this.guess = emptyPoint(dense, {n, p, m});
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
        matrixScaling ?? equilibrateMatrices(this.dense, this.problem),
      ),
    );
  }

  private solveScaled(
    tolerance: number,
    maxIterations: number,
    warmStart: Point | undefined,
    matrixScaling: MatrixScaling,
  ): QPResult {
    const {dense, problem, scaled, kkt, interiorPoint, polish, guess} = this;
    const good = Math.min(tolerance, POLISHED);
    const scaling = scaleProblem(dense, problem, matrixScaling, scaled);
    kkt.readMatrices();
    const result = (point: Point<Vector>, outcome: Outcome, iterations: number, residual: number) =>
      this.describe(point, scaling, outcome, iterations, residual);
    const impossible = emptyRowCertificate(dense, scaled, kkt.constraints.entries);
    if (impossible) return result(impossible, 'primalInfeasible', 0, 0);
    if (warmStart) {
      copyPoint(warmStart, guess);
      rescale(guess, scaling);
      const error = polish.run(guess);
      if (error <= good) return result(polish.point, 'solved', 0, error);
    }
    let polishedError = Infinity;
    const {outcome, iterations} = interiorPoint.solve(tolerance, maxIterations, (point) => {
      polishedError = polish.run(point, 2);
      return polishedError <= good;
    });
    if (polishedError <= good) return result(polish.point, 'solved', iterations, polishedError);
    const found = interiorPoint.point;
    const error = polish.error(found);
    if (outcome === 'iterationLimit' || outcome === 'numericalError') {
      // The active set may be right already where the last iterations failed.
      const rescued = polish.run(found);
      if (rescued <= good) return result(polish.point, 'solved', iterations, rescued);
      const farkas = primalCertificate(dense, scaled);
      if (farkas) return result(farkas, 'primalInfeasible', iterations, error);
      const ray = dualCertificate(dense, scaled);
      if (ray) return result(ray, 'dualInfeasible', iterations, error);
    }
    if (outcome !== 'solved') return result(found, outcome, iterations, error);
    polishedError = polish.run(found);
    return polishedError < error
      ? result(polish.point, outcome, iterations, polishedError)
      : result(found, outcome, iterations, error);
  }

  /** `result` of a point of the scaled problem. */
  private describe(
    point: Point<Vector>,
    scaling: Scaling,
    outcome: Outcome,
    iterations: number,
    residual: number,
  ): QPResult {
    const {dense, problem, scaled, found} = this;
    findActivity(dense, scaled, point, found.activity);
    found.x.set(point.x);
    found.y.set(point.y);
    found.s.set(point.s);
    unscale(found, scaling);
    if (outcome === 'primalInfeasible') normalize(found, dot(problem.d, found.y));
    if (outcome === 'dualInfeasible') normalize(found, dot(problem.q, found.x));
    found.outcome = outcome;
    found.iterations = iterations;
    found.residual = residual;
    return found;
  }
}

/** Scales a ray so that the value along it, which is negative, becomes −1. */
function normalize({x, y, s}: Point, value: number): void {
  const factor = value < 0 ? -1 / value : 1;
  for (const part of [x, y, s]) for (let i = 0; i < part.length; i++) part[i] *= factor;
}

/**
 * What each row does at the solution. A multiplier counts as zero if it moves no column of the stationarity condition, a
 * slack if it is lost in the sum that it is the rest of: each row is measured against what it is made of.
 */
function findActivity(
  dense: DenseKernels,
  {n, p, m, P, q, C, d}: Problem<Vector>,
  {x, y, s}: Point<Vector>,
  activity: Uint8Array,
): void {
  const rows = p + m;
  const columns = dense.vector(n);
  const sums = dense.vector(rows);
  dense.addMagnitudes(P, n, n, x, x, dense.vector(n), columns);
  dense.addMagnitudes(C, rows, n, y, x, sums, columns);
  for (let j = 0; j < n; j++) {
    const size = columns[j] + Math.abs(q[j]);
    columns[j] = size > 0 ? 1 / size : 0;
  }
  const multipliers = dense.vector(rows);
  const positive = dense.vector(rows);
  for (let i = 0; i < rows; i++) positive[i] = Math.max(0, y[i]);
  dense.scaledMaxima(C, rows, n, positive, columns, multipliers, dense.vector(n));
  activity.fill(1);
  for (let i = p; i < rows; i++) {
    const size = sums[i] + Math.abs(d[i]);
    const slack = size > 0 ? s[i] / size : 0;
    activity[i] = multipliers[i] < WEAK && slack < WEAK ? 2 : multipliers[i] > slack ? 1 : 0;
  }
}
