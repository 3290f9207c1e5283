/**
 * @file A primal–dual interior-point method on the homogeneous self-dual embedding of a quadratic program (`embedding.ts`), with predictor
 * and corrector steps (`directions.ts`). Goulart & Chen (2024, arXiv 2405.12762), section 3.
 */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import {DELTA, Directions} from './directions.js';
import {Embedding} from './embedding.js';
import type {KktSystem} from './kkt.js';
import {copyPoint, emptyPoint, type Point, type AnyProblem} from './types.js';

export type Outcome = 'solved' | 'primalInfeasible' | 'dualInfeasible' | 'iterationLimit' | 'numericalError';

export interface InteriorPointResult {
  outcome: Outcome;
  iterations: number;
}

export interface Settings {
  delta?: number | undefined;
  inexactness?: number | undefined;
  steadiness?: number | undefined;
  watch?: ((seen: Seen) => void) | null | undefined;
}

/** What is seen of an iteration before its step. */
export interface Seen {
  iteration: number;
  /** The length of the step that led here. */
  step: number;
  tau: number;
  /** (x, y, s)τ. */
  point: Point<Vector>;
}

/**
 * How good the point is when the caller checks it: good enough to guess the active set; as accurate as the largest numbers require; or, in
 * the last iterations, more accurate than that, because of rows whose terms are small compared with the largest.
 */
export type Stage = 'guess' | 'converged' | 'last';

/** A point with at most this error, the noise of f32 data, is accepted when no further progress is possible. */
const ACCEPTABLE = 5e-7;
/** The error at which the active set is guessed for the first time, and the factor by which it must fall before the next guess. */
const GUESS_BELOW = 1e-2;
const GUESS_AGAIN = 1e-1;
/** So many rows may always change in an active set that is steady. */
const FEW = 2;
/** How far below the tolerance the error must fall if the active set cannot be guessed. */
const DEEPER = 1e-3;
/** The number of iterations after that, if the point is still not good enough row by row. */
const LAST_ITERATIONS = 30;
/** The number of iterations without progress after which the method stops. */
const STALLS = 12;
/** The factor by which the error must fall in an iteration that counts as progress after a longer time without. */
const FALLS = 0.5;

export class InteriorPoint {
  /** (x, y, s) for the caller: already divided by τ if `solved`, otherwise a ray. */
  readonly point: Point<Vector>;
  private readonly embedding: Embedding;
  private readonly directions: Directions;
  /** The best (x, y, s)/τ so far, and the latest one. */
  private readonly best: Point<Vector>;
  private readonly solution: Point<Vector>;
  /** 1 for the rows that are active at the point. */
  private readonly active: Uint8Array;

  /** @param problem A scaled problem; every `solve` reads its entries again. */
  constructor(dense: DenseKernels, problem: AnyProblem, kkt: KktSystem) {
    this.embedding = new Embedding(dense, problem, kkt.constraints);
    this.point = this.embedding.point;
    this.directions = new Directions(dense, problem, kkt, this.embedding);
    this.best = emptyPoint(dense, problem);
    this.solution = emptyPoint(dense, problem);
    this.active = new Uint8Array(problem.p + problem.m);
  }

  /**
   * @param finish Called with the point each time the error has fallen far enough to guess the active set, when it has converged, and in
   *   each of the last iterations; returns whether it could solve the problem from there. By default, a point that has converged is enough.
   * @param options `delta`: the regularisation of the factorisations. `inexactness`: see `Directions`. `steadiness`: after the first guess, the active set is guessed only where
   *   at most this part of it has changed in the last iteration. `watch`: sees each iteration.
   */
  solve(
    tolerance: number,
    maxIterations: number,
    finish: (point: Point<Vector>, stage: Stage) => boolean = (_, stage) => stage === 'converged',
    {delta = DELTA, inexactness = 0, steadiness = 1, watch}: Settings = {},
  ): InteriorPointResult {
    const {embedding, directions, point, best, solution, active} = this;
    let bestError = Infinity;
    let previous = Infinity;
    let stalls = 0;
    let guessBelow = GUESS_BELOW;
    let last = Infinity;
    const end = (outcome: Outcome, iterations: number): InteriorPointResult => {
      if (outcome === 'iterationLimit' || outcome === 'numericalError') {
        copyPoint(best, point);
        if (bestError <= Math.max(ACCEPTABLE, tolerance)) outcome = 'solved';
      }
      return {outcome, iterations};
    };
    active.fill(0);
    embedding.begin();
    directions.delta = delta;
    directions.inexactness = inexactness;
    directions.length = 0;
    if (!directions.start()) return {outcome: 'numericalError', iterations: 0};

    for (let iteration = 0; ; iteration++) {
      embedding.measure();
      const {tau, mu, error} = embedding;
      watch?.({iteration, step: directions.length, tau, point});
      if (!(error < Infinity) || !(mu < Infinity)) return end('numericalError', iteration);
      if (error < bestError && tau > 0) {
        stalls = error < 0.9 * bestError ? 0 : stalls + 1;
        bestError = error;
        copyPoint(point, best, 1 / tau);
      } else {
        stalls++;
      }
      const isSteady =
        guessBelow === GUESS_BELOW ||
        steadiness >= 1 ||
        this.activeSetChanges() <= FEW + steadiness * active.length;
      // At a weakly active constraint, the point is off by the square root of the error. If no guess of the active set helps, a few more
      // iterations do.
      if (last < Infinity) {
        copyPoint(point, solution, 1 / tau);
        if (finish(solution, 'last')) return {outcome: 'solved', iterations: iteration};
        if (iteration >= last) return end('iterationLimit', iteration);
      } else if (
        error <= DEEPER * tolerance ||
        (bestError <= tolerance && stalls > 0) ||
        (bestError <= ACCEPTABLE && stalls >= STALLS)
      ) {
        if (finish(best, 'converged')) return end('iterationLimit', iteration);
        last = Math.min(iteration + LAST_ITERATIONS, maxIterations);
      } else if (error <= guessBelow && isSteady) {
        if (finish(best, 'guess')) return end('iterationLimit', iteration);
        guessBelow = error * GUESS_AGAIN;
      }
      if (embedding.provesInfeasible()) return end('primalInfeasible', iteration);
      if (embedding.provesUnbounded()) return end('dualInfeasible', iteration);
      if (iteration === maxIterations) return end('iterationLimit', iteration);
      // An error that has grown and falls again is no stall.
      const falls = error < FALLS * previous;
      previous = error;
      if (stalls >= STALLS && last === Infinity && !falls) return end('numericalError', iteration);
      if (!directions.step(last < Infinity)) return end('numericalError', iteration);
    }
  }

  /** Updates the active set. @returns The number of rows that have changed. */
  private activeSetChanges(): number {
    const {
      active,
      point: {y, s},
    } = this;
    let changes = 0;
    for (let i = 0; i < active.length; i++) {
      const isActive = Number(y[i] > s[i]);
      if (isActive !== active[i]) changes++;
      active[i] = isActive;
    }
    return changes;
  }
}
