/**
 * @file Solves a quadratic program on a guessed active set, to the last digits of double precision.
 *
 * An interior point at gap μ is off by about μ where the active set is clear, and by √μ where a constraint is weakly
 * active. With the active set known, the solution is that of one linear system.
 */
import type {KktSystem} from './kkt.js';
import {emptyPoint, type Point, type Problem} from './types.js';
import {addMultiplyTransposed, maxAbs, multiply} from './vectors.js';

const DELTA = 1e-10;
const ROUNDS = 6;
/** KKT error at which the active set is taken to be right. */
const GOOD = 1e-10;

export class Polish {
  readonly point: Point;
  private readonly f: Float64Array;
  private readonly g: Float64Array;
  private readonly dx: Float64Array;
  private readonly dy: Float64Array;
  private readonly w: Float64Array;

  constructor(
    private readonly problem: Problem,
    private readonly kkt: KktSystem,
  ) {
    this.point = emptyPoint(problem);
    this.f = new Float64Array(problem.n);
    this.g = new Float64Array(problem.p + problem.m);
    this.dx = new Float64Array(problem.n);
    this.dy = new Float64Array(problem.p + problem.m);
    this.w = new Float64Array(problem.p + problem.m);
  }

  /**
   * Moves `start` onto the solution of its active set (the rows with y > s), written to `this.point`. Rows whose sign then
   * comes out wrong change sides, a few times.
   *
   * @returns The KKT error there, signs included; Infinity if the system could not be factored.
   */
  run(start: Point, rounds = ROUNDS): number {
    const {problem, kkt, point, w} = this;
    const {p, m} = problem;
    for (let i = 0; i < p; i++) w[i] = 0;
    for (let i = p; i < p + m; i++) w[i] = start.y[i] > start.s[i] ? 0 : Infinity;
    let error = Infinity;
    for (let round = 0; round < rounds; round++) {
      if (!kkt.factor(w, DELTA)) return Infinity;
      this.solveOnActiveSet(start);
      error = kktError(problem, point);
      if (error <= GOOD) break;
      let changes = 0;
      for (let i = p; i < p + m; i++) {
        if (w[i] === 0 ? point.y[i] >= 0 : point.s[i] >= 0) continue;
        w[i] = w[i] === 0 ? Infinity : 0;
        changes++;
      }
      if (changes === 0) break;
    }
    return error;
  }

  private solveOnActiveSet(start: Point): void {
    const {problem, kkt, point, f, g, dx, dy, w} = this;
    const {n, p, m, P, q, C, d} = problem;
    const {x, y, s} = point;
    x.set(start.x);
    // Equalities start at zero: dependent ones get the multipliers of least norm.
    for (let i = 0; i < p + m; i++) y[i] = i >= p && w[i] === 0 ? start.y[i] : 0;
    // The correction of the start, not the solution itself: where the system is singular, the start decides.
    multiply(P, x, f);
    addMultiplyTransposed(C, y, f);
    for (let j = 0; j < n; j++) f[j] = -f[j] - q[j];
    multiply(C, x, g);
    for (let i = 0; i < p + m; i++) g[i] = w[i] === 0 ? d[i] - g[i] : 0;
    kkt.solve(f, g, dx, dy, w, 1e-15);
    for (let j = 0; j < n; j++) x[j] += dx[j];
    for (let i = 0; i < p + m; i++) y[i] += dy[i];
    multiply(C, x, s);
    for (let i = 0; i < p + m; i++) s[i] = w[i] === 0 ? 0 : d[i] - s[i];
  }
}

/** The largest of the relative errors: stationarity, feasibility, signs and complementarity of a point. */
export function kktError({n, p, m, P, q, C, d}: Problem, {x, y, s}: Point): number {
  const f = new Float64Array(n);
  const g = new Float64Array(p + m);
  multiply(P, x, f);
  // Without q or d the errors are measured against 1, the size of a scaled problem: noise must not be divided by noise.
  const dualScale = Math.max(maxAbs(f), maxAbs(q) || 1);
  addMultiplyTransposed(C, y, f);
  for (let j = 0; j < n; j++) f[j] += q[j];
  multiply(C, x, g);
  const primalScale = Math.max(maxAbs(g), maxAbs(d) || 1);
  for (let i = 0; i < p + m; i++) g[i] += s[i] - d[i];
  const yScale = Math.max(maxAbs(y), dualScale);
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
