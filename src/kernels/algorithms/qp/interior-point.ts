/**
 * @file A primal–dual interior-point method on the homogeneous self-dual embedding of a quadratic program.
 *
 *     P x + Cᵀy + q τ = 0,   C x + s − d τ = 0,   xᵀP x/τ + qᵀx + dᵀy + κ = 0,   s ∘ y = 0, κτ = 0
 *
 * with s, y, τ, κ ≥ 0 (equality rows: s = 0, y free). τ > 0 gives the solution x/τ; τ = 0 a certificate that none exists.
 * Mehrotra's predictor and corrector share one factorisation. Goulart & Chen (2024, arXiv 2405.12762), section 3.
 */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {KktSystem} from './kkt.js';
import {copyPoint, emptyPoint, scalePoint, type Point, type Problem} from './types.js';
import {addScaled, dot, maxAbs} from './vectors.js';

export type Outcome = 'solved' | 'primalInfeasible' | 'dualInfeasible' | 'iterationLimit' | 'numericalError';

export interface InteriorPointResult {
  outcome: Outcome;
  iterations: number;
}

/**
 * What the point is when the caller looks at it: good enough to guess the active set; as good as the largest numbers need; or, in
 * the last iterations, better than that, for the sake of rows whose terms are small beside them.
 */
export type Stage = 'guess' | 'converged' | 'last';

/** Fraction of the way to the boundary that a step may go. */
const STEP_FRACTION = 0.995;
/** The least product of a pair, relative to the mean, that a step may leave behind. */
const CENTRALITY = 1e-3;
/** Regularisation of the factorisation; raised where that fails. */
const DELTA = 1e-11;
const MAX_DELTA = 1e-5;
/** A point this good is accepted when no further progress is possible: the noise of f32 data. */
const ACCEPTABLE = 5e-7;
const CERTIFICATE = 1e-8;
/** The value along a ray relative to the embedding's own size: below it, a ray is rounding. */
const MEANT = 1e-3;
/** Error at which the active set is guessed for the first time, and how far it must fall for another guess. */
const GUESS_BELOW = 1e-2;
const GUESS_AGAIN = 1e-1;
/** How far below the tolerance the error goes where the active set cannot be guessed. */
const DEEPER = 1e-3;
/** Iterations after that, where the point is still not good enough row by row, and the residual of their linear systems. */
const LAST_ITERATIONS = 30;
const LAST_TARGET = 1e-15;
/** Iterations without progress. */
const STALLS = 12;
/** Residual at which a Newton direction is good enough: the next iteration corrects the rest. */
const SOLVE_TARGET = 1e-10;
/** Residual of a factorisation that needs no refinement at all. */
const EXACT = 1e-13;
/** Residual at which the factorisation is not good enough any more. */
const INEXACT = 1e-8;

export class InteriorPoint {
  /** (x, y, s), to be read as x/τ … by the caller: already divided when `solved`, a ray otherwise. */
  readonly point: Point<Vector>;
  private readonly affine: Point<Vector>;
  private readonly constant: Point<Vector>;
  private readonly best: Point<Vector>;
  private readonly rx: Vector;
  private readonly ry: Vector;
  private readonly f: Vector;
  private readonly g: Vector;
  private readonly Px: Vector;
  private readonly w: Vector;
  /** Products ds·dy of the predictor. */
  private readonly products: Vector;
  private readonly push: Vector;
  private readonly inverseS: Vector;
  private readonly inverseY: Vector;
  /** Sums and maxima that a routine returns. */
  private readonly sizes: Vector;
  /** The inequalities' part of vectors over all rows. */
  private readonly cone: Record<'s' | 'y' | 'ry' | 'g' | 'w' | 'ds' | 'dy', Vector>;

  /** @param problem A scaled problem; its entries are read anew by every `solve`. */
  constructor(
    private readonly dense: DenseKernels,
    private readonly problem: Problem<Vector>,
    private readonly kkt: KktSystem,
  ) {
    const {n, p, m} = problem;
    this.point = emptyPoint(dense, problem);
    this.affine = emptyPoint(dense, problem);
    this.constant = emptyPoint(dense, problem);
    this.best = emptyPoint(dense, problem);
    this.rx = dense.vector(n);
    this.f = dense.vector(n);
    this.Px = dense.vector(n);
    this.ry = dense.vector(p + m);
    this.g = dense.vector(p + m);
    this.w = dense.vector(p + m);
    this.products = dense.vector(m);
    this.push = dense.vector(m);
    this.inverseS = dense.vector(m);
    this.inverseY = dense.vector(m);
    this.sizes = dense.vector(5);
    const {point, affine, ry, g, w} = this;
    const inequalities = (v: Vector) => dense.part(v, p);
    this.cone = {
      s: inequalities(point.s),
      y: inequalities(point.y),
      ry: inequalities(ry),
      g: inequalities(g),
      w: inequalities(w),
      ds: inequalities(affine.s),
      dy: inequalities(affine.y),
    };
  }

  /**
   * @param finish Called with the point each time the error has fallen far enough to guess the active set, when it has converged,
   *   and in each of the last iterations; returns whether it could solve the problem from there. By default a point that has
   *   converged will do.
   */
  solve(
    tolerance: number,
    maxIterations: number,
    finish: (point: Point<Vector>, stage: Stage) => boolean = (_, stage) => stage === 'converged',
  ): InteriorPointResult {
    const {dense, problem, point, affine, constant, rx, ry, f, g, Px, products, kkt, sizes, cone} = this;
    const {n, p, m, P, q, d} = problem;
    const {push, inverseS, inverseY} = this;
    const {constraints} = kkt;
    const {x, y, s} = point;
    const [maxQ, maxD] = [maxAbs(q), maxAbs(d)];
    let tau = 1;
    let kappa = 1;
    let bestError = Infinity;
    let stalls = 0;
    let guessBelow = GUESS_BELOW;
    let last = Infinity;
    const end = (outcome: Outcome, iterations: number): InteriorPointResult => {
      if (outcome === 'iterationLimit' || outcome === 'numericalError') {
        copyPoint(this.best, point);
        if (bestError <= Math.max(ACCEPTABLE, tolerance)) outcome = 'solved';
      }
      return {outcome, iterations};
    };
    if (!this.start()) return {outcome: 'numericalError', iterations: 0};

    for (let iteration = 0; ; iteration++) {
      // Residuals of the embedding, and the sizes that they are measured against.
      dense.multiply(P, n, n, n, x, Px);
      rx.set(Px);
      constraints.addMultiplyTransposed(y, rx);
      dense.dualResidual(Px, q, x, tau, rx, sizes);
      const [xPx, qx, maxPx, ctyNorm, dualResidual] = sizes;
      const dualScale = Math.max(maxPx, ctyNorm, tau * maxQ);
      constraints.multiply(x, ry);
      dense.primalResidual(s, y, d, tau, ry, sizes);
      const [dy, sy, maxCx, rayNorm, primalResidual] = sizes;
      const primalScale = Math.max(maxCx, tau * maxD);
      const mu = (tau * kappa + sy) / (m + 1);
      const rTau = xPx / tau + qx + dy + kappa;

      // Stopping: the solution x/τ, or a certificate.
      const primalError = primalResidual / Math.max(tau, primalScale);
      const dualError = dualResidual / Math.max(tau, dualScale);
      const gap = Math.abs(xPx / tau + qx + dy);
      const gapError =
        gap / Math.max(tau, Math.min(Math.abs(xPx / (2 * tau) + qx), Math.abs(xPx / (2 * tau) + dy)));
      const error = Math.max(primalError, dualError, gapError);
      if (!(error < Infinity) || !(mu < Infinity)) return end('numericalError', iteration);
      if (error < bestError && tau > 0) {
        stalls = error < 0.9 * bestError ? 0 : stalls + 1;
        bestError = error;
        copyPoint(point, this.best, 1 / tau);
      } else {
        stalls++;
      }
      // At a weakly active constraint the point is off by the root of the error: where no guess of the active set helps, a few
      // more iterations do.
      if (last < Infinity) {
        copyPoint(point, affine, 1 / tau);
        if (finish(affine, 'last')) return {outcome: 'solved', iterations: iteration};
        if (iteration >= last) return end('iterationLimit', iteration);
      } else if (
        error <= DEEPER * tolerance ||
        (bestError <= tolerance && stalls > 0) ||
        (bestError <= ACCEPTABLE && stalls >= STALLS)
      ) {
        if (finish(this.best, 'converged')) return end('iterationLimit', iteration);
        last = Math.min(iteration + LAST_ITERATIONS, maxIterations);
      } else if (error <= guessBelow) {
        if (finish(this.best, 'guess')) return end('iterationLimit', iteration);
        guessBelow = error * GUESS_AGAIN;
      }
      if (-dy > MEANT * Math.max(tau, kappa) && ctyNorm <= -CERTIFICATE * dy) {
        scalePoint(point, -1 / dy);
        return end('primalInfeasible', iteration);
      }
      if (-qx > MEANT * Math.max(tau, kappa) && maxPx <= -CERTIFICATE * qx && rayNorm <= -CERTIFICATE * qx) {
        scalePoint(point, -1 / qx);
        return end('dualInfeasible', iteration);
      }
      if (iteration === maxIterations) return end('iterationLimit', iteration);
      if (stalls >= STALLS && last === Infinity) return end('numericalError', iteration);
      const target = last < Infinity ? LAST_TARGET : SOLVE_TARGET;

      // One factorisation, three right-hand sides: the constant one, the predictor's and the corrector's.
      dense.invertPairs(cone.s, cone.y, inverseS, inverseY, cone.w);
      for (let j = 0; j < n; j++) f[j] = -q[j];
      let inexact = this.solveConstant(target);
      if (inexact > INEXACT && !kkt.stiff) {
        kkt.stiff = true;
        inexact = this.solveConstant(target);
      }
      if (inexact === Infinity) return end('numericalError', iteration);
      const denominator = this.tauDenominator(tau, kappa);

      let sigma = 0;
      let dKappaAffine = 0;
      let dTauAffine = 0;
      products.fill(0);
      for (const phase of ['predictor', 'corrector'] as const) {
        const keep = 1 - sigma;
        const target = sigma * mu;
        const dKappa = kappa * tau + dKappaAffine * dTauAffine - target;
        for (let j = 0; j < n; j++) f[j] = -keep * rx[j];
        for (let i = 0; i < p; i++) g[i] = -keep * ry[i];
        dense.pushPairs(cone.s, products, target, inverseY, cone.ry, keep, push, cone.g);
        // Where the first right-hand side was solved to the last digits, the others need no check; nor does the predictor,
        // which is but a guess, where that needed no refinement.
        const unchecked = inexact <= (phase === 'predictor' ? target : EXACT) && last === Infinity;
        kkt.solve(f, g, affine.x, affine.y, unchecked ? Infinity : target);
        // 2ξᵀP Δx with ξ = x/τ.
        const slope = (2 / tau) * dot(Px, affine.x) + dot(q, affine.x) + dot(d, affine.y);
        const dTau = (keep * rTau - dKappa / tau + slope) / denominator;
        addScaled(affine.x, dTau, constant.x);
        addScaled(affine.y, dTau, constant.y);
        const dKap = -(dKappa + kappa * dTau) / tau;
        // 1/α for the largest step α to the boundary.
        const pairs = dense.stepPairs(push, cone.w, cone.dy, inverseS, inverseY, cone.ds, products);
        const alpha = 1 / Math.max(pairs, -dTau / tau, -dKap / kappa);
        if (phase === 'predictor') {
          const a = Math.min(1, alpha);
          sigma = (1 - a) ** 3;
          dKappaAffine = dKap;
          dTauAffine = dTau;
          continue;
        }
        const step = this.centralStep(Math.min(1, STEP_FRACTION * alpha), tau, dTau, kappa, dKap);
        addScaled(x, step, affine.x);
        addScaled(y, step, affine.y);
        addScaled(s, step, affine.s);
        tau += step * dTau;
        kappa += step * dKap;
      }
      // The embedding is homogeneous: keep its numbers near one.
      const size = Math.max(tau, kappa, 1e-300);
      if (size > 1e3 || size < 1e-3) {
        scalePoint(point, 1 / size);
        tau /= size;
        kappa /= size;
      }
    }
  }

  /** The least-squares start of Mehrotra's kind: the problem with every inequality's slack squared instead of bounded. */
  private start(): boolean {
    const {problem, point, f, w, kkt} = this;
    const {p, m, q, d} = problem;
    w.fill(0, 0, p);
    w.fill(1, p);
    if (!this.factor(w)) return false;
    for (let j = 0; j < q.length; j++) f[j] = -q[j];
    kkt.solve(f, d, point.x, point.y, SOLVE_TARGET);
    let lowS = Infinity;
    let lowY = Infinity;
    for (let i = p; i < p + m; i++) {
      point.s[i] = -point.y[i];
      lowS = Math.min(lowS, point.s[i]);
      lowY = Math.min(lowY, point.y[i]);
    }
    for (let i = p; i < p + m; i++) {
      if (lowS < 1) point.s[i] += 1 - lowS;
      if (lowY < 1) point.y[i] += 1 - lowY;
    }
    return true;
  }

  /** Shortens a step until no product of a pair falls far behind their mean: a point that hugs the boundary gets stuck. */
  private centralStep(step: number, tau: number, dTau: number, kappa: number, dKappa: number): number {
    const {s, y, ds, dy} = this.cone;
    const centrality = (length: number) => {
      const first = (tau + length * dTau) * (kappa + length * dKappa);
      return this.dense.centrality(s, y, ds, dy, length, first);
    };
    // A point that is off centre itself must at least not get much worse.
    const bound = Math.min(CENTRALITY, centrality(0) / 2);
    while (step > 1e-8 && !(centrality(step) >= bound)) step *= 0.8;
    return step;
  }

  /** Factors at the current w and solves for the constant direction; its relative residual, or Infinity. */
  private solveConstant(target: number): number {
    const {problem, constant, f, w, kkt} = this;
    return this.factor(w) ? kkt.solve(f, problem.d, constant.x, constant.y, target) : Infinity;
  }

  private factor(w: Float64Array): boolean {
    for (let delta = DELTA; delta <= MAX_DELTA; delta *= 100) if (this.kkt.factor(w, delta)) return true;
    return false;
  }

  /** κ/τ + ‖x₂ − ξ‖²_P + y₂ᵀW y₂ for the constant direction (x₂, y₂): a sum of squares, so never zero. */
  private tauDenominator(tau: number, kappa: number): number {
    const {
      problem: {n, p, m},
      kkt,
      point: {x},
      Px,
      constant,
      w,
    } = this;
    let square = 0;
    for (let j = 0; j < n; j++) {
      square += (constant.x[j] - x[j] / tau) * (kkt.Px[j] - Px[j] / tau);
    }
    let sum = kappa / tau + Math.max(0, square);
    for (let i = p; i < p + m; i++) sum += w[i] * constant.y[i] * constant.y[i];
    return sum;
  }
}
