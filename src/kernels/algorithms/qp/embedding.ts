/**
 * @file The homogeneous self-dual embedding of a quadratic program: a point, how far it is from a solution, and what it proves.
 *
 *     P x + Cᵀy + q τ = 0,   C x + s − d τ = 0,   xᵀP x/τ + qᵀx + dᵀy + κ = 0,   s ∘ y = 0, κτ = 0
 *
 * with s, y, τ, κ ≥ 0 (equality rows: s = 0, y free). If τ > 0, x/τ is the solution. If τ = 0, the point is a certificate that there is no
 * solution.
 */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {Products} from '../../contracts/problem-matrix.js';
import {emptyPoint, scalePoint, type Point, type AnyProblem} from './types.js';
import {addScaled, maxAbs} from './vectors.js';

const CERTIFICATE = 1e-8;
/** If the value along a ray, relative to the size of the embedding, is below this, the ray is rounding. */
const MEANT = 1e-3;

export class Embedding {
  readonly point: Point<Vector>;
  tau = 1;
  kappa = 1;
  /** The residuals of the three equations; and Px. */
  readonly rx: Vector;
  readonly ry: Vector;
  rTau = 0;
  readonly Px: Vector;
  /** The mean product of a pair. */
  mu = 0;
  /** The error of x/τ relative to the largest terms: the maximum of the primal error, the dual error and the gap. */
  error = Infinity;
  private maxQ = 0;
  private maxD = 0;
  private qx = 0;
  private dy = 0;
  private maxPx = 0;
  private ctyNorm = 0;
  private rayNorm = 0;
  /** The sums and maxima that a routine returns. */
  private readonly sizes: Vector;

  constructor(
    private readonly dense: DenseKernels,
    private readonly problem: AnyProblem,
    private readonly constraints: Products,
  ) {
    const {n, p, m} = problem;
    this.point = emptyPoint(dense, problem);
    this.rx = dense.vector(n);
    this.ry = dense.vector(p + m);
    this.Px = dense.vector(n);
    this.sizes = dense.vector(5);
  }

  /** Call this when the entries of the problem have changed. */
  begin(): void {
    this.tau = this.kappa = 1;
    this.maxQ = maxAbs(this.problem.q);
    this.maxD = maxAbs(this.problem.d);
  }

  /** Computes the residuals of the point and the sizes that they are compared with. */
  measure(): void {
    const {dense, problem, point, constraints, rx, ry, Px, sizes, tau, kappa} = this;
    const {m, P, q, d} = problem;
    const {x, y, s} = point;
    P.multiply(x, Px);
    rx.set(Px);
    constraints.addMultiplyTransposed(y, rx);
    dense.dualResidual(Px, q, x, tau, rx, sizes);
    const [xPx, qx, maxPx, ctyNorm, dualResidual] = sizes;
    const dualScale = Math.max(maxPx, ctyNorm, tau * this.maxQ);
    constraints.multiply(x, ry);
    dense.primalResidual(s, y, d, tau, ry, sizes);
    const [dy, sy, maxCx, rayNorm, primalResidual] = sizes;
    const primalScale = Math.max(maxCx, tau * this.maxD);
    this.mu = (tau * kappa + sy) / (m + 1);
    this.rTau = xPx / tau + qx + dy + kappa;
    const primalError = primalResidual / Math.max(tau, primalScale);
    const dualError = dualResidual / Math.max(tau, dualScale);
    const gap = Math.abs(xPx / tau + qx + dy);
    const gapError =
      gap / Math.max(tau, Math.min(Math.abs(xPx / (2 * tau) + qx), Math.abs(xPx / (2 * tau) + dy)));
    this.error = Math.max(primalError, dualError, gapError);
    this.qx = qx;
    this.dy = dy;
    this.maxPx = maxPx;
    this.ctyNorm = ctyNorm;
    this.rayNorm = rayNorm;
  }

  /** Whether the point measured last is a ray that proves infeasibility. If so, it is scaled to dᵀy = −1. */
  provesInfeasible(): boolean {
    const {dy, ctyNorm, tau, kappa} = this;
    if (!(-dy > MEANT * Math.max(tau, kappa) && ctyNorm <= -CERTIFICATE * dy)) return false;
    scalePoint(this.point, -1 / dy);
    return true;
  }

  /** The same for a ray that proves that the objective is unbounded below, scaled to qᵀx = −1. */
  provesUnbounded(): boolean {
    const {qx, maxPx, rayNorm, tau, kappa} = this;
    const isMeant = -qx > MEANT * Math.max(tau, kappa);
    if (!(isMeant && maxPx <= -CERTIFICATE * qx && rayNorm <= -CERTIFICATE * qx)) return false;
    scalePoint(this.point, -1 / qx);
    return true;
  }

  /** Takes a step along a direction. Since the embedding is homogeneous, the point is rescaled to keep its numbers near one. */
  move(step: number, direction: Point<Vector>, dTau: number, dKappa: number): void {
    const {x, y, s} = this.point;
    addScaled(x, step, direction.x);
    addScaled(y, step, direction.y);
    addScaled(s, step, direction.s);
    this.tau += step * dTau;
    this.kappa += step * dKappa;
    const size = Math.max(this.tau, this.kappa, 1e-300);
    if (size > 1e3 || size < 1e-3) {
      scalePoint(this.point, 1 / size);
      this.tau /= size;
      this.kappa /= size;
    }
  }
}
