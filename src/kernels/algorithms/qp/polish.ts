/**
 * @file Solves a quadratic program on a guessed active set, to the last digits of double precision.
 *
 * An interior point at gap μ is off by about μ where the active set is clear, and by √μ where a constraint is weakly active. If the active
 * set is known, one linear system gives the solution.
 */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {KktSystem} from './kkt.js';
import {copyPoint, emptyPoint, type Point, type AnyProblem} from './types.js';
import {maxAbs} from './vectors.js';

const DELTA = 1e-10;
const ROUNDS = 6;
/** The largest residual of a linear system that counts as solved, and the target residual. */
const EXACT = 1e-12;
const TARGET = 1e-13;
/** The KKT error below which the active set counts as correct. */
const GOOD = 1e-10;
/** The largest multiplier or slack that may be due to rounding, relative to the largest one. */
const ROUNDING = 1e-13;

export class Polish {
  readonly point: Point<Vector>;
  private readonly f: Vector;
  private readonly g: Vector;
  private readonly dx: Vector;
  private readonly dy: Vector;
  private readonly w: Vector;
  /** A point that was already good, kept while the method looks for better signs. */
  private readonly kept: Point<Vector>;
  private yScale = 0;
  private sScale = 0;

  /** @param keepsEqualities Whether the multipliers of equalities start where the given point has them. */
  constructor(
    dense: DenseKernels,
    private readonly problem: AnyProblem,
    private readonly kkt: KktSystem,
    private readonly keepsEqualities = false,
  ) {
    const {n, p, m} = problem;
    this.point = emptyPoint(dense, problem);
    this.kept = emptyPoint(dense, problem);
    this.f = dense.vector(n);
    this.g = dense.vector(p + m);
    this.dx = dense.vector(n);
    this.dy = dense.vector(p + m);
    this.w = dense.vector(p + m);
  }

  /**
   * Moves `start` onto the solution of its active set (the rows with y > s), written to `this.point`. Rows that then have a wrong sign
   * switch between active and inactive, for a few rounds.
   *
   * @param hopeless The set is given up if the linear system of the first round leaves a larger residual: it contradicts itself.
   * @returns The KKT error at that point, including signs; Infinity if the system could not be factored.
   */
  run(start: Point<Vector>, rounds = ROUNDS, hopeless = Infinity): number {
    const {problem, kkt, point, w} = this;
    const {p, m} = problem;
    for (let i = 0; i < p; i++) w[i] = 0;
    for (let i = p; i < p + m; i++) w[i] = start.y[i] > start.s[i] ? 0 : Infinity;
    let error = Infinity;
    let doubtful = Infinity;
    for (let round = 0; round < rounds; round++) {
      // The quick factorisation, if there is one, is tried first. It fails if the active rows are almost dependent.
      const quick =
        kkt.penalises &&
        kkt.factor(w, DELTA, {penalise: true, dependent: true}) &&
        this.solveOnActiveSet(start) <= EXACT;
      if (!quick) {
        if (!kkt.factor(w, DELTA, {dependent: true})) return Infinity;
        const residual = this.solveOnActiveSet(start);
        if (round === 0 && residual > hopeless) return Infinity;
      }
      const before = error;
      error = this.error(point);
      let changes = 0;
      // Compared with a huge multiplier, a wrong sign is small. It is accepted only if rounding can explain it.
      const yNoise = error <= GOOD ? ROUNDING * this.yScale : 0;
      const sNoise = error <= GOOD ? ROUNDING * this.sScale : 0;
      for (let i = p; i < p + m; i++) {
        if (w[i] === 0 ? point.y[i] >= -yNoise : point.s[i] >= -sNoise) continue;
        w[i] = w[i] === 0 ? Infinity : 0;
        changes++;
      }
      if (before <= GOOD && (error > GOOD || changes >= doubtful)) {
        copyPoint(this.kept, point);
        return before;
      }
      if (error <= GOOD) {
        if (changes === 0) break;
        doubtful = changes;
        copyPoint(point, this.kept);
      }
      if (changes === 0) break;
    }
    return error;
  }

  /** Makes one more correction to the result of `run`, on its active set. @returns The KKT error. */
  refine(): number {
    copyPoint(this.point, this.kept);
    this.solveOnActiveSet(this.kept);
    return this.error(this.point);
  }

  /** @returns The relative residual of the linear system. */
  private solveOnActiveSet(start: Point<Vector>): number {
    const {problem, kkt, point, f, g, dx, dy, w, keepsEqualities} = this;
    const {n, p, m, P, q, d} = problem;
    const {constraints} = kkt;
    const {x, y, s} = point;
    x.set(start.x);
    // Multipliers of equalities start at zero, unless asked otherwise, so dependent equalities get the multipliers of least norm.
    for (let i = 0; i < p + m; i++) y[i] = w[i] === 0 && (i >= p || keepsEqualities) ? start.y[i] : 0;
    // Solves for a correction of the start, not for the solution itself, so that the start decides if the system is singular.
    P.multiply(x, f);
    constraints.addMultiplyTransposed(y, f);
    for (let j = 0; j < n; j++) f[j] = -f[j] - q[j];
    constraints.multiply(x, g);
    for (let i = 0; i < p + m; i++) g[i] = w[i] === 0 ? d[i] - g[i] : 0;
    const residual = kkt.solve(f, g, dx, dy, TARGET);
    for (let j = 0; j < n; j++) x[j] += dx[j];
    kkt.settle(x, d);
    for (let i = 0; i < p + m; i++) y[i] += dy[i];
    constraints.multiply(x, s);
    for (let i = 0; i < p + m; i++) s[i] = w[i] === 0 ? 0 : d[i] - s[i];
    return residual;
  }

  /** The largest relative error of a point: of stationarity, feasibility, signs and complementarity. */
  error({x, y, s}: Point<Vector>): number {
    const {
      problem: {n, p, m, P, q, d},
      kkt: {constraints},
      f,
      g,
    } = this;
    P.multiply(x, f);
    // If q or d is zero, the errors are measured against 1, the size of a scaled problem, so that noise is not divided by noise.
    const dualScale = Math.max(maxAbs(f), maxAbs(q) || 1);
    constraints.addMultiplyTransposed(y, f);
    for (let j = 0; j < n; j++) f[j] += q[j];
    constraints.multiply(x, g);
    const primalScale = Math.max(maxAbs(g), maxAbs(d) || 1);
    for (let i = 0; i < p + m; i++) g[i] += s[i] - d[i];
    const yScale = Math.max(maxAbs(y), dualScale);
    this.yScale = yScale;
    this.sScale = primalScale;
    let signs = 0;
    let complementarity = 0;
    for (let i = p; i < p + m; i++) {
      signs = Math.max(signs, -y[i] / yScale, -s[i] / primalScale);
      complementarity = Math.max(
        complementarity,
        Math.min(Math.abs(y[i]) / yScale, Math.abs(s[i]) / primalScale),
      );
    }
    const error = Math.max(maxAbs(f) / dualScale, maxAbs(g) / primalScale, signs, complementarity);
    return Number.isNaN(error) ? Infinity : error;
  }
}
