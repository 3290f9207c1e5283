/**
 * @file Solves a quadratic program on a guessed active set, to the last digits of double precision.
 *
 * An interior point at gap μ is off by about μ where the active set is clear, and by √μ where a constraint is weakly
 * active. With the active set known, the solution is that of one linear system.
 */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {KktSystem} from './kkt.js';
import {copyPoint, emptyPoint, type Point, type Problem} from './types.js';
import {maxAbs} from './vectors.js';

const DELTA = 1e-10;
const ROUNDS = 6;
/** Residual of a linear system that is solved, and the one to aim at. */
const EXACT = 1e-12;
const TARGET = 1e-13;
/** KKT error at which the active set is taken to be right. */
const GOOD = 1e-10;
/** What rounding may leave of a multiplier or slack, relative to the largest. */
const ROUNDING = 1e-13;

export class Polish {
  readonly point: Point<Vector>;
  private readonly f: Vector;
  private readonly g: Vector;
  private readonly dx: Vector;
  private readonly dy: Vector;
  private readonly w: Vector;
  /** A point that was good already, while better signs are looked for. */
  private readonly kept: Point<Vector>;
  private yScale = 0;
  private sScale = 0;

  constructor(
    private readonly dense: DenseKernels,
    private readonly problem: Problem<Vector>,
    private readonly kkt: KktSystem,
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
   * Moves `start` onto the solution of its active set (the rows with y > s), written to `this.point`. Rows whose sign then
   * comes out wrong change sides, a few times.
   *
   * @returns The KKT error there, signs included; Infinity if the system could not be factored.
   */
  run(start: Point<Vector>, rounds = ROUNDS): number {
    const {problem, kkt, point, w} = this;
    const {p, m} = problem;
    for (let i = 0; i < p; i++) w[i] = 0;
    for (let i = p; i < p + m; i++) w[i] = start.y[i] > start.s[i] ? 0 : Infinity;
    let error = Infinity;
    let doubtful = Infinity;
    for (let round = 0; round < rounds; round++) {
      // The quick factorisation first: it fails where the active rows are close to dependent.
      const quick = kkt.factor(w, DELTA, {penalise: true}) && this.solveOnActiveSet(start) <= EXACT;
      if (!quick) {
        if (!kkt.factor(w, DELTA)) return Infinity;
        this.solveOnActiveSet(start);
      }
      const before = error;
      error = this.error(point);
      let changes = 0;
      // Beside a huge multiplier a wrong sign is small: only one that rounding can explain may stand.
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

  /** One more correction of the point that `run` ended at, on its active set. @returns The KKT error. */
  refine(): number {
    copyPoint(this.point, this.kept);
    this.solveOnActiveSet(this.kept);
    return this.error(this.point);
  }

  /** @returns The relative residual of the linear system. */
  private solveOnActiveSet(start: Point<Vector>): number {
    const {dense, problem, kkt, point, f, g, dx, dy, w} = this;
    const {n, p, m, P, q, d} = problem;
    const {constraints} = kkt;
    const {x, y, s} = point;
    x.set(start.x);
    // Equalities start at zero: dependent ones get the multipliers of least norm.
    for (let i = 0; i < p + m; i++) y[i] = i >= p && w[i] === 0 ? start.y[i] : 0;
    // The correction of the start, not the solution itself: where the system is singular, the start decides.
    dense.multiply(P, n, n, n, x, f);
    constraints.addMultiplyTransposed(y, f);
    for (let j = 0; j < n; j++) f[j] = -f[j] - q[j];
    constraints.multiply(x, g);
    for (let i = 0; i < p + m; i++) g[i] = w[i] === 0 ? d[i] - g[i] : 0;
    const residual = kkt.solve(f, g, dx, dy, TARGET);
    for (let j = 0; j < n; j++) x[j] += dx[j];
    for (let i = 0; i < p + m; i++) y[i] += dy[i];
    constraints.multiply(x, s);
    for (let i = 0; i < p + m; i++) s[i] = w[i] === 0 ? 0 : d[i] - s[i];
    return residual;
  }

  /** The largest of the relative errors: stationarity, feasibility, signs and complementarity of a point. */
  error({x, y, s}: Point<Vector>): number {
    const {
      dense,
      problem: {n, p, m, P, q, d},
      kkt: {constraints},
      f,
      g,
    } = this;
    dense.multiply(P, n, n, n, x, f);
    // Without q or d the errors are measured against 1, the size of a scaled problem: noise must not be divided by noise.
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
