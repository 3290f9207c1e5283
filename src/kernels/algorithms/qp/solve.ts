/** @file Solves one quadratic program after another of the same shape: this file decides which attempts are made, and in what order. */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';
import {DOUBLE, SINGLE} from '../../contracts/qp-limits.js';
import {Acceptance, type Demands, type Digits, type QPResult} from './acceptance.js';
import {ActiveSetFallback} from './active-set-fallback.js';
import type {DenseMatrix} from './dense-matrix.js';
import {equilibrateMatrices} from './equilibrate.js';
import {InteriorPoint, type Outcome, type Stage} from './interior-point.js';
import {Polish} from './polish.js';
import {PolishingAttempt, type Attempt} from './polishing-attempt.js';
import {clearEmptyRows} from './presolve.js';
import {ONCE, POLISHING, type InteriorAttempt, type QPSystem} from './qp-system.js';
import {scaleProblem} from './scale-problem.js';
import {rescale, scalingRoom, type MatrixScaling, type ScalingRoom} from './scaling.js';
import {copyPoint, emptyPoint, type Point, type Problem} from './types.js';

/** A polished point with at most this error replaces the interior point, or makes it unnecessary after a warm start. */
const POLISHED = 1e-9;

export class QPSolver<Matrix extends ProblemMatrix = DenseMatrix> {
  /** The problem to solve. Fill it in before calling `solve`. */
  readonly problem: Problem<Matrix>;
  private readonly interiorPoint: InteriorPoint;
  private readonly polish: Polish;
  private readonly polishing: PolishingAttempt;
  private readonly fallback: ActiveSetFallback<Matrix>;
  private readonly room: ScalingRoom;
  private readonly acceptance: Acceptance;
  private readonly guess: Point<Vector>;

  /** Valid as long as the scope of `dense` in which it is created. */
  constructor(
    private readonly dense: DenseKernels,
    private readonly system: QPSystem<Matrix>,
    private readonly digits: Digits = 'single',
  ) {
    const {problem, scaled, kkt, polishing = POLISHING} = system;
    this.problem = problem;
    this.interiorPoint = new InteriorPoint(dense, scaled, kkt);
    this.polish = new Polish(dense, scaled, kkt, polishing.keepsEqualities);
    this.room = scalingRoom(dense, problem);
    this.acceptance = new Acceptance(dense, problem, digits);
    this.guess = emptyPoint(dense, problem);
    this.polishing = new PolishingAttempt(this.polish, this.acceptance, polishing);
    this.fallback = new ActiveSetFallback(
      dense,
      system,
      this.polish,
      this.polishing,
      this.acceptance,
      this.guess,
    );
  }

  /**
   * @param warmStart A guess; only its active set (y > s) and the values at it are used.
   * @param matrixScaling The scaling of the problem's matrices, if another sample has already computed it.
   */
  solve(
    tolerance: number,
    maxIterations: number,
    warmStart?: Point,
    matrixScaling?: MatrixScaling,
  ): QPResult {
    return this.dense.scope(() => {
      const matrices = matrixScaling ?? equilibrateMatrices(this.dense, this.problem, this.room);
      this.attempt(tolerance, maxIterations, warmStart, matrices);
      return this.acceptance.found;
    });
  }

  private attempt(
    tolerance: number,
    maxIterations: number,
    warmStart: Point | undefined,
    matrices: MatrixScaling,
  ): void {
    const {dense, problem, room, acceptance, guess, polishing, fallback} = this;
    const {scaled, kkt, attempts = ONCE, pulls = false} = this.system;
    acceptance.forget();
    const impossible = clearEmptyRows(problem, matrices.isEmpty);
    if (impossible >= 0) return acceptance.takeEmptyRow(impossible);
    const scaling = scaleProblem(dense, problem, matrices, scaled, true, room);
    kkt.readMatrices();
    const demands = this.demandsOf(tolerance);
    const attempt = {scaling, good: Math.min(tolerance, POLISHED), demands};
    if (warmStart) {
      copyPoint(warmStart, guess);
      rescale(guess, scaling);
      if (polishing.succeeds(guess, attempt)) return;
    }
    if (this.solvesDual(attempt, maxIterations)) return;
    let outcome: Outcome = 'numericalError';
    for (const [k, how] of attempts.entries()) {
      if (k > 0) {
        attempt.scaling = scaleProblem(dense, problem, matrices, scaled, true, room, how.cost);
        kkt.readMatrices();
      }
      outcome = this.iterate(tolerance, maxIterations, attempt, how);
      if (acceptance.found.outcome !== 'numericalError') return;
      if (acceptance.hasExactSpare) break;
    }
    if (outcome === 'iterationLimit') {
      const found = fallback.proves(attempt.scaling) || (pulls && acceptance.takeSpare());
      if (!found) acceptance.fail(outcome);
    } else if (!fallback.succeeds(matrices, attempt)) acceptance.fail('numericalError');
  }

  /** Runs the interior point. What it solves or proves becomes the result. @returns How it ended. */
  private iterate(
    tolerance: number,
    maxIterations: number,
    attempt: Attempt,
    {delta, inexactness}: InteriorAttempt,
  ): Outcome {
    const {interiorPoint, acceptance, problem} = this;
    const {watch, polishing} = this.system;
    const {scaling} = attempt;
    const {point} = interiorPoint;
    let converged = false;
    const finish = (at: Point<Vector>, stage: Stage) => {
      converged ||= stage === 'converged';
      return this.finishes(at, stage, attempt);
    };
    const {outcome, iterations} = interiorPoint.solve(tolerance, maxIterations, finish, {
      delta,
      inexactness,
      steadiness: polishing?.steadiness,
      watch: watch ? (seen) => watch(seen, scaling, problem) : null,
    });
    acceptance.found.iterations += iterations;
    if (acceptance.found.outcome === 'solved') return outcome;
    if (outcome === 'primalInfeasible') acceptance.provesInfeasible(point, scaling);
    else if (outcome === 'dualInfeasible') acceptance.provesUnbounded(point, scaling);
    // The active set may already be correct even if the iterations failed.
    else if (!converged) this.finishes(point, 'converged', attempt);
    return outcome;
  }

  private demandsOf(tolerance: number): Demands {
    if (this.digits === 'double') return {enough: tolerance, exactness: tolerance, consistent: true};
    const exactness = tolerance > SINGLE ? tolerance : DOUBLE;
    return {enough: Math.max(tolerance, SINGLE), exactness, consistent: true};
  }

  /** Whether the problem is strictly convex and its active set is easy to find. */
  private solvesDual(attempt: Attempt, maxIterations: number): boolean {
    const {problem, acceptance} = this;
    const {dual} = this.system;
    const {found} = acceptance;
    if (!dual || problem.lift > 0 || !dual.findsActiveSet(maxIterations)) return false;
    const isSolved = this.polishing.succeeds(dual.start, attempt, 2, dual.polish);
    if (!isSolved || dual.sharesMultipliers(found.activity)) {
      acceptance.forget();
      return false;
    }
    found.iterations = dual.rounds;
    return true;
  }

  /** Whether a point of the interior-point method leads to the solution. */
  private finishes(point: Point<Vector>, stage: Stage, attempt: Attempt): boolean {
    const {acceptance, guess, polish, polishing} = this;
    const {rescue, pulls = false, polishing: limits} = this.system;
    const {scaling, demands} = attempt;
    if (stage === 'guess') return polishing.succeeds(point, attempt, 2, polish, limits?.hopeless);
    if (stage === 'converged' && polishing.succeeds(point, attempt)) return true;
    const asked = stage === 'last' ? {...demands, sized: true} : demands;
    const others: Point<Vector>[] = [];
    if (rescue.onIndependentRows(point, guess)) {
      others.push(guess);
      if (acceptance.accept(guess, scaling, asked)) return true;
      if (stage === 'converged' && polishing.succeeds(guess, attempt)) return true;
    }
    if (acceptance.accept(point, scaling, asked)) return true;
    if (stage === 'converged' || pulls) acceptance.keepSpare([...others, point], scaling, demands, pulls);
    return false;
  }
}
