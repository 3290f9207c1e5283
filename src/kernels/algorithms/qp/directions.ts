/** @file The steps of the interior-point method: Mehrotra's predictor and corrector, computed with one factorisation. */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {Embedding} from './embedding.js';
import type {KktSystem} from './kkt.js';
import {emptyPoint, type Point, type AnyProblem} from './types.js';
import {addScaled, dot} from './vectors.js';

/** The fraction of the distance to the boundary that a step may go. */
const STEP_FRACTION = 0.995;
/** The smallest product of a pair after a step, relative to the mean. */
const CENTRALITY = 1e-3;
/** The regularisation of the factorisation, unless another one is asked for; it is increased if the factorisation fails. */
export const DELTA = 1e-11;
const MAX_DELTA = 1e-5;
/** The residual at which a Newton direction is good enough, because the next iteration corrects the rest. */
const SOLVE_TARGET = 1e-10;
/** The same in the last iterations, because of small rows. */
const LAST_TARGET = 1e-15;
/** The residual that no direction may have, however large the error of the point. */
const MOST_INEXACT = 1e-6;
/** The residual at which a factorisation needs no refinement at all. */
const EXACT = 1e-13;
/** The residual above which the factorisation is no longer good enough. */
const INEXACT = 1e-8;

export class Directions {
  /** The least regularisation. */
  delta = DELTA;
  /** The residual at which a direction is good enough, relative to the error of the point, if that is more than usual. */
  inexactness = 0;
  /** The length of the last step: at most 1. */
  length = 0;
  /** The predictor first, and later the step itself. */
  private readonly affine: Point<Vector>;
  /** The direction for the constant right-hand side (−q, d). */
  private readonly constant: Point<Vector>;
  private readonly f: Vector;
  private readonly g: Vector;
  private readonly w: Vector;
  /** Products ds·dy of the predictor. */
  private readonly products: Vector;
  private readonly push: Vector;
  private readonly inverseS: Vector;
  private readonly inverseY: Vector;
  /** The parts for the inequalities of vectors over all rows. */
  private readonly cone: Record<'s' | 'y' | 'ry' | 'g' | 'w' | 'ds' | 'dy', Vector>;

  constructor(
    private readonly dense: DenseKernels,
    private readonly problem: AnyProblem,
    private readonly kkt: KktSystem,
    private readonly embedding: Embedding,
  ) {
    const {n, p, m} = problem;
    this.affine = emptyPoint(dense, problem);
    this.constant = emptyPoint(dense, problem);
    this.f = dense.vector(n);
    this.g = dense.vector(p + m);
    this.w = dense.vector(p + m);
    this.products = dense.vector(m);
    this.push = dense.vector(m);
    this.inverseS = dense.vector(m);
    this.inverseY = dense.vector(m);
    const {affine, g, w} = this;
    const {point, ry} = embedding;
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
   * Computes a least-squares starting point as Mehrotra does: the solution of the problem where every slack is penalised by its square
   * instead of bounded.
   */
  start(): boolean {
    const {problem, f, w, kkt} = this;
    const {point} = this.embedding;
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
      point.s[i] += Math.max(0, 1 - lowS);
      point.y[i] += Math.max(0, 1 - lowY);
    }
    return true;
  }

  /**
   * Takes one step of the embedding, which must have been measured.
   *
   * @param careful Whether each linear system is refined as far as possible.
   * @returns False if there is no factorisation.
   */
  step(careful: boolean): boolean {
    const enough = Math.max(SOLVE_TARGET, Math.min(MOST_INEXACT, this.inexactness * this.embedding.error));
    const target = careful ? LAST_TARGET : enough;
    const {dense, problem, embedding, affine, constant, f, g, products, kkt, cone} = this;
    const {n, p, q, d} = problem;
    const {push, inverseS, inverseY} = this;
    const {rx, ry, Px, tau, kappa, mu, rTau} = embedding;
    // One factorisation serves three right-hand sides: constant, predictor and corrector.
    dense.invertPairs(cone.s, cone.y, inverseS, inverseY, cone.w);
    for (let j = 0; j < n; j++) f[j] = -q[j];
    let inexact = this.solveConstant(target);
    if (inexact > Math.max(INEXACT, target) && !kkt.stiff) {
      kkt.stiff = true;
      inexact = this.solveConstant(target);
    }
    if (inexact === Infinity) return false;
    const denominator = this.tauDenominator(tau, kappa);

    let sigma = 0;
    let dKappaAffine = 0;
    let dTauAffine = 0;
    products.fill(0);
    for (const phase of ['predictor', 'corrector'] as const) {
      const keep = 1 - sigma;
      const product = sigma * mu;
      const dKappa = kappa * tau + dKappaAffine * dTauAffine - product;
      for (let j = 0; j < n; j++) f[j] = -keep * rx[j];
      for (let i = 0; i < p; i++) g[i] = -keep * ry[i];
      dense.pushPairs(cone.s, products, product, inverseY, cone.ry, keep, push, cone.g);
      // If the first right-hand side was solved to the last digits, the others need no check. The predictor is only a guess and needs none
      // if the first right-hand side needed no refinement.
      const unchecked = inexact <= (phase === 'predictor' ? target : EXACT) && !careful;
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
      const step = (this.length = this.centralStep(
        Math.min(1, STEP_FRACTION * alpha),
        tau,
        dTau,
        kappa,
        dKap,
      ));
      embedding.move(step, affine, dTau, dKap);
    }
    return true;
  }

  /** Shortens a step until no product of a pair is far below the mean, because a point too close to the boundary gets stuck. */
  private centralStep(step: number, tau: number, dTau: number, kappa: number, dKappa: number): number {
    const {s, y, ds, dy} = this.cone;
    const centrality = (length: number) => {
      const first = (tau + length * dTau) * (kappa + length * dKappa);
      return this.dense.centrality(s, y, ds, dy, length, first);
    };
    // A point that is already off centre must at least not get much worse.
    const bound = Math.min(CENTRALITY, centrality(0) / 2);
    while (step > 1e-8 && !(centrality(step) >= bound)) step *= 0.8;
    return step;
  }

  /** Factors the matrix for the current w and solves for the constant direction. Returns the relative residual, or Infinity. */
  private solveConstant(target: number): number {
    const {problem, constant, f, w, kkt} = this;
    return this.factor(w) ? kkt.solve(f, problem.d, constant.x, constant.y, target) : Infinity;
  }

  private factor(w: Float64Array): boolean {
    for (let delta = this.delta; delta <= MAX_DELTA; delta *= 100) if (this.kkt.factor(w, delta)) return true;
    return false;
  }

  /** κ/τ + ‖x₂ − ξ‖²_P + y₂ᵀW y₂ for the constant direction (x₂, y₂): a sum of squares that is never zero. */
  private tauDenominator(tau: number, kappa: number): number {
    const {
      problem: {n, p, m},
      kkt,
      embedding: {
        point: {x},
        Px,
      },
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
