/** @file Solves one quadratic program after another of the same shape: scale, interior point, polish. */
import {equilibrateMatrices, rescale, scaleProblem, unscale, type MatrixScaling} from './equilibrate.js';
import {dualCertificate, emptyRowCertificate, primalCertificate} from './infeasibility.js';
import {InteriorPoint, type Outcome} from './interior-point.js';
import {KktSystem} from './kkt.js';
import {kktError, Polish} from './polish.js';
import {type Point, type Problem} from './types.js';
import {dot} from './vectors.js';

export interface QPResult extends Point {
  outcome: Outcome;
  iterations: number;
  /** `kktError` of the point in the scaled problem. */
  residual: number;
  /** A row each: 0 inactive, 1 active, 2 weakly active (neither multiplier nor slack is clear of zero). */
  activity: Uint8Array;
}

/** Multiplier and slack both below this, relative to their row's terms: weakly active. */
const WEAK = 1e-6;

/** A polished point this good needs no interior point at all (a warm start), or replaces it. */
const POLISHED = 1e-9;

export class QPSolver {
  private readonly scaled: Problem;
  private readonly kkt: KktSystem;
  private readonly interiorPoint: InteriorPoint;
  private readonly polish: Polish;

  constructor(n: number, p: number, m: number) {
    this.scaled = {
      n,
      p,
      m,
      P: new Float64Array(n * n),
      q: new Float64Array(n),
      C: new Float64Array((p + m) * n),
      d: new Float64Array(p + m),
    };
    this.kkt = new KktSystem(n, p + m, this.scaled.P, this.scaled.C);
    this.interiorPoint = new InteriorPoint(this.scaled, this.kkt);
    this.polish = new Polish(this.scaled, this.kkt);
  }

  /**
   * @param warmStart A guess; only its active set (y > s) and the values at it are used.
   * @param matrixScaling That of the problem's matrices, if it is known from another sample.
   */
  solve(
    problem: Problem,
    tolerance: number,
    maxIterations: number,
    warmStart?: Point,
    matrixScaling: MatrixScaling = equilibrateMatrices(problem),
  ): QPResult {
    const {scaled, kkt, interiorPoint, polish} = this;
    const good = Math.min(tolerance, POLISHED);
    const scaling = scaleProblem(problem, matrixScaling, scaled);
    kkt.readMatrices();
    const result = (point: Point, outcome: Outcome, iterations: number, residual: number): QPResult => {
      const copy = {x: point.x.slice(), y: point.y.slice(), s: point.s.slice()};
      const activity = activityOf(scaled, copy);
      unscale(copy, scaling);
      if (outcome === 'primalInfeasible') normalize(copy, dot(problem.d, copy.y));
      if (outcome === 'dualInfeasible') normalize(copy, dot(problem.q, copy.x));
      return {...copy, outcome, iterations, residual, activity};
    };
    const impossible = emptyRowCertificate(scaled);
    if (impossible) return result(impossible, 'primalInfeasible', 0, 0);
    if (warmStart) {
      const guess = {x: warmStart.x.slice(), y: warmStart.y.slice(), s: warmStart.s.slice()};
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
    const error = kktError(scaled, found);
    if (outcome === 'iterationLimit' || outcome === 'numericalError') {
      // The active set may be right already where the last iterations failed.
      const rescued = polish.run(found);
      if (rescued <= good) return result(polish.point, 'solved', iterations, rescued);
      const farkas = primalCertificate(scaled);
      if (farkas) return result(farkas, 'primalInfeasible', iterations, error);
      const ray = dualCertificate(scaled);
      if (ray) return result(ray, 'dualInfeasible', iterations, error);
    }
    if (outcome !== 'solved') return result(found, outcome, iterations, error);
    polishedError = polish.run(found);
    return polishedError < error
      ? result(polish.point, outcome, iterations, polishedError)
      : result(found, outcome, iterations, error);
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
function activityOf({n, p, P, q, C, d}: Problem, {x, y, s}: Point): Uint8Array {
  const columns = q.map(Math.abs);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) columns[j] += Math.abs(P[i * n + j] * x[i]);
  for (let i = 0; i < y.length; i++) for (let j = 0; j < n; j++) columns[j] += Math.abs(C[i * n + j] * y[i]);
  return Uint8Array.from(y, (_, i) => {
    if (i < p) return 1;
    let multiplier = 0;
    let sum = Math.abs(d[i]);
    for (let j = 0; j < n; j++) {
      const entry = Math.abs(C[i * n + j]);
      sum += entry * Math.abs(x[j]);
      if (entry > 0 && columns[j] > 0) multiplier = Math.max(multiplier, (entry * y[i]) / columns[j]);
    }
    const slack = sum > 0 ? s[i] / sum : 0;
    return multiplier < WEAK && slack < WEAK ? 2 : multiplier > slack ? 1 : 0;
  });
}
