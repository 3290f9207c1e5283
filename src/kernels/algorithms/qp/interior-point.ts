/**
 * @file A primal–dual interior-point method on the homogeneous self-dual embedding of a quadratic program
 * (`embedding.ts`), with steps by predictor and corrector (`directions.ts`). Goulart & Chen (2024, arXiv 2405.12762), section 3.
 */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import {Directions} from './directions.js';
import {Embedding} from './embedding.js';
import type {KktSystem} from './kkt.js';
import {copyPoint, emptyPoint, type Point, type Problem} from './types.js';

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

/** A point this good is accepted when no further progress is possible: the noise of f32 data. */
const ACCEPTABLE = 5e-7;
/** Error at which the active set is guessed for the first time, and how far it must fall for another guess. */
const GUESS_BELOW = 1e-2;
const GUESS_AGAIN = 1e-1;
/** How far below the tolerance the error goes where the active set cannot be guessed. */
const DEEPER = 1e-3;
/** Iterations after that, where the point is still not good enough row by row. */
const LAST_ITERATIONS = 30;
/** Iterations without progress. */
const STALLS = 12;

export class InteriorPoint {
  /** (x, y, s), to be read as x/τ … by the caller: already divided when `solved`, a ray otherwise. */
  readonly point: Point<Vector>;
  private readonly embedding: Embedding;
  private readonly directions: Directions;
  /** The best x/τ … so far, and the latest. */
  private readonly best: Point<Vector>;
  private readonly solution: Point<Vector>;

  /** @param problem A scaled problem; its entries are read anew by every `solve`. */
  constructor(dense: DenseKernels, problem: Problem<Vector>, kkt: KktSystem) {
    this.embedding = new Embedding(dense, problem, kkt.constraints);
    this.point = this.embedding.point;
    this.directions = new Directions(dense, problem, kkt, this.embedding);
    this.best = emptyPoint(dense, problem);
    this.solution = emptyPoint(dense, problem);
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
    const {embedding, directions, point, best, solution} = this;
    let bestError = Infinity;
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
    embedding.begin();
    if (!directions.start()) return {outcome: 'numericalError', iterations: 0};

    for (let iteration = 0; ; iteration++) {
      embedding.measure();
      const {tau, mu, error} = embedding;
      if (!(error < Infinity) || !(mu < Infinity)) return end('numericalError', iteration);
      if (error < bestError && tau > 0) {
        stalls = error < 0.9 * bestError ? 0 : stalls + 1;
        bestError = error;
        copyPoint(point, best, 1 / tau);
      } else {
        stalls++;
      }
      // At a weakly active constraint the point is off by the root of the error: where no guess of the active set helps, a few
      // more iterations do.
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
      } else if (error <= guessBelow) {
        if (finish(best, 'guess')) return end('iterationLimit', iteration);
        guessBelow = error * GUESS_AGAIN;
      }
      if (embedding.provesInfeasible()) return end('primalInfeasible', iteration);
      if (embedding.provesUnbounded()) return end('dualInfeasible', iteration);
      if (iteration === maxIterations) return end('iterationLimit', iteration);
      if (stalls >= STALLS && last === Infinity) return end('numericalError', iteration);
      if (!directions.step(last < Infinity)) return end('numericalError', iteration);
    }
  }
}
