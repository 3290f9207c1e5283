/** @file Solves one quadratic program after another of the same shape: this file decides which attempts are made, and in what order. */
import {DOUBLE, SINGLE} from '../../contracts/qp-limits.js';
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import {Acceptance, type Demands, type Digits, type QPResult} from './acceptance.js';
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';
import type {ActiveSet} from './active-set.js';
import {CondensedSystem} from './condensed-system.js';
import type {DenseMatrix} from './dense-matrix.js';
import {dualMethod, type DualMethod} from './dual-method.js';
import {equilibrateMatrices} from './equilibrate.js';
import {scaleProblem} from './scale-problem.js';
import {rescale, scalingRoom, type MatrixScaling, type Scaling, type ScalingRoom} from './scaling.js';
import {DELTA} from './directions.js';
import {InteriorPoint, type Outcome, type Seen, type Stage} from './interior-point.js';
import {KktSystem} from './kkt.js';
import {Polish} from './polish.js';
import {clearEmptyRows} from './presolve.js';
import {denseRescue, type Rescue} from './rescue.js';
import {copyPoint, emptyPoint, emptyProblem, type Point, type Problem, type Sizes} from './types.js';

/** A polished point with at most this error replaces the interior point, or makes it unnecessary after a warm start. */
const POLISHED = 1e-9;
/** How the active set of a point is solved on. */
const POLISHING: Polishing = {keepsEqualities: false, refinements: 1};
/** The usual interior point. */
const ONCE = [{delta: DELTA, cost: 1}];

/** The curvature added for the dual active-set method, relative to the largest: none if there is enough, then less and less. */
const PROXIMITIES = [0, 1e-5, 1e-7, 1e-9, 1e-9, 1e-11, 1e-11, 1e-13, 1e-13, 1e-15];
/**
 * In the first attempt, rows that are equal up to f32 rounding count as one. In the first two, contradictions that are tiny compared with
 * the largest right-hand side are forgiven.
 */
const ATTEMPTS = [
  {dependent: 1e-7, forgive: true},
  {dependent: 1e-10, forgive: true},
  {dependent: 1e-10, forgive: false},
];
/** There is enough curvature if the square root of each pivot is above this. */
const ENOUGH_CURVATURE = 1e-5;

/** The data and demands of one sample in one scaling. */
interface Attempt {
  scaling: Scaling;
  /** A polished point is checked only if its KKT error is at most this. */
  good: number;
  demands: Demands;
}

/**
 * What the solver works with: the problem, room for the scaled one, the KKT system of that one, what is tried before the interior point,
 * and what to do if that is not enough.
 */
export interface QPSystem<Matrix extends ProblemMatrix> {
  problem: Problem<Matrix>;
  scaled: Problem<Matrix>;
  kkt: KktSystem;
  dual?: DualMethod | null;
  rescue: Rescue;
  polishing?: Polishing;
  /** The attempts of the interior point, one after another until one succeeds. */
  attempts?: readonly InteriorAttempt[];
  /** Whether multipliers that only rounding to f32 keeps from cancelling are accepted where nothing else is found. */
  pulls?: boolean;
  watch?: Watch | null;
}

/** Sees each iteration of the interior point, in its scaling of the problem. */
export type Watch = (seen: Seen, scaling: Scaling, problem: Problem<ProblemMatrix>) => void;

/** How active sets are solved on. */
export interface Polishing {
  /** See `Polish`. */
  keepsEqualities: boolean;
  /** How often the result is corrected. */
  refinements: number;
  /** With at most this error, a result may also be accepted with rows measured against their neighbours. Default: never. */
  sizedBelow?: number;
  /** After the first guess, an active set is guessed only where at most this part of it has just changed. Default: always. */
  steadiness?: number;
  /** A guess is given up if the linear system of its active set leaves a larger residual. Default: never. */
  hopeless?: number;
}

/** One run of the interior point. */
export interface InteriorAttempt {
  /** The regularisation of the factorisations. */
  delta: number;
  /** A factor of the objective. Where the multipliers are huge, the embedding converges to a ray unless the objective is small. */
  cost: number;
  /** See `Directions.inexactness`. */
  inexactness?: number;
}

export class QPSolver<Matrix extends ProblemMatrix = DenseMatrix> {
  /** The problem to solve. Fill it in before calling `solve`. */
  readonly problem: Problem<Matrix>;
  private readonly scaled: Problem<Matrix>;
  private readonly kkt: KktSystem;
  private readonly dual: DualMethod | null;
  private readonly rescue: Rescue;
  private readonly interiorPoint: InteriorPoint;
  private readonly polish: Polish;
  private readonly polishing: Polishing;
  private readonly attempts: readonly InteriorAttempt[];
  private readonly pulls: boolean;
  private readonly watch: Watch | null;
  private readonly room: ScalingRoom;
  private readonly acceptance: Acceptance;
  private readonly guess: Point<Vector>;

  /** Valid as long as the scope of `dense` in which it is created. */
  constructor(
    private readonly dense: DenseKernels,
    {
      problem,
      scaled,
      kkt,
      dual = null,
      rescue,
      polishing = POLISHING,
      attempts = ONCE,
      pulls = false,
      watch = null,
    }: QPSystem<Matrix>,
    private readonly digits: Digits = 'single',
  ) {
    this.problem = problem;
    this.scaled = scaled;
    this.kkt = kkt;
    this.dual = dual;
    this.rescue = rescue;
    this.interiorPoint = new InteriorPoint(dense, this.scaled, this.kkt);
    this.polish = new Polish(dense, this.scaled, this.kkt, polishing.keepsEqualities);
    this.polishing = polishing;
    this.attempts = attempts;
    this.pulls = pulls;
    this.watch = watch;
    this.room = scalingRoom(dense, problem);
    this.acceptance = new Acceptance(dense, this.problem, digits);
    this.guess = emptyPoint(dense, problem);
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
    const {dense, problem, scaled, kkt, room, acceptance, guess} = this;
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
      if (this.polishes(guess, attempt)) return;
    }
    if (this.solvesDual(attempt, maxIterations)) return;
    let outcome: Outcome = 'numericalError';
    for (const [k, how] of this.attempts.entries()) {
      if (k > 0) {
        attempt.scaling = scaleProblem(dense, problem, matrices, scaled, true, room, how.cost);
        kkt.readMatrices();
      }
      outcome = this.iterate(tolerance, maxIterations, attempt, how);
      if (acceptance.found.outcome !== 'numericalError') return;
      if (acceptance.hasExactSpare) break;
    }
    if (outcome === 'iterationLimit') {
      const found = this.proves(attempt.scaling) || (this.pulls && acceptance.takeSpare());
      if (!found) acceptance.fail(outcome);
    } else if (!this.solvesByActiveSet(matrices, attempt)) acceptance.fail('numericalError');
  }

  /** Runs the interior point. What it solves or proves becomes the result. @returns How it ended. */
  private iterate(
    tolerance: number,
    maxIterations: number,
    attempt: Attempt,
    {delta, inexactness}: InteriorAttempt,
  ): Outcome {
    const {interiorPoint, acceptance, watch, problem} = this;
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
      steadiness: this.polishing.steadiness,
      watch: watch && ((seen) => watch(seen, scaling, problem)),
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
    const {problem, dual, acceptance} = this;
    const {found} = acceptance;
    if (!dual || problem.lift > 0 || !dual.findsActiveSet(maxIterations)) return false;
    const isSolved = this.polishes(dual.start, attempt, 2, dual.polish);
    if (!isSolved || dual.sharesMultipliers(found.activity)) {
      acceptance.forget();
      return false;
    }
    found.iterations = dual.rounds;
    return true;
  }

  /** Whether a point of the interior-point method leads to the solution. */
  private finishes(point: Point<Vector>, stage: Stage, attempt: Attempt): boolean {
    const {rescue, acceptance, guess, pulls} = this;
    const {scaling, demands} = attempt;
    if (stage === 'guess') return this.polishes(point, attempt, 2, this.polish, this.polishing.hopeless);
    if (stage === 'converged' && this.polishes(point, attempt)) return true;
    const asked = stage === 'last' ? {...demands, sized: true} : demands;
    const others: Point<Vector>[] = [];
    if (rescue.onIndependentRows(point, guess)) {
      others.push(guess);
      if (acceptance.accept(guess, scaling, asked)) return true;
      if (stage === 'converged' && this.polishes(guess, attempt)) return true;
    }
    if (acceptance.accept(point, scaling, asked)) return true;
    if (stage === 'converged' || pulls) acceptance.keepSpare([...others, point], scaling, demands, pulls);
    return false;
  }

  /** Whether the solution on a point's active set is accepted. If one linear solve did not reach it, a second one may. */
  private polishes(
    from: Point<Vector>,
    {scaling, good, demands}: Attempt,
    rounds?: number,
    polish = this.polish,
    hopeless?: number,
  ): boolean {
    const {acceptance} = this;
    const {refinements, sizedBelow = -Infinity} = this.polishing;
    let error = polish.run(from, rounds, hopeless);
    let before = Infinity;
    for (let k = 0; ; k++) {
      if (!(error <= good)) return false;
      if (acceptance.accept(polish.point, scaling, demands)) return true;
      // A correction that has not helped shows that the next one will not, either.
      if (k === refinements || !(acceptance.tested < 0.5 * before)) break;
      before = acceptance.tested;
      error = polish.refine();
    }
    return error <= sizedBelow && acceptance.accept(polish.point, scaling, {...demands, sized: true});
  }

  /** The fallback if the interior-point method fails: adds rows one by one, in a scaling that leaves out no far rows. */
  private solvesByActiveSet(matrices: MatrixScaling, {good, demands}: Attempt): boolean {
    const {dense, problem, scaled, kkt, acceptance, rescue} = this;
    let scaling!: Scaling;
    for (const {dependent, forgive} of ATTEMPTS) {
      scaling = scaleProblem(dense, problem, matrices, scaled);
      kkt.readMatrices();
      const attempt = {scaling, good, demands: {...demands, consistent: false}};
      const activeSet = rescue.activeSet(dependent);
      if (!activeSet) break;
      if (this.takesProximalSteps(activeSet, forgive, attempt)) return true;
    }
    return this.proves(scaling) || acceptance.takeSpare();
  }

  private takesProximalSteps(activeSet: ActiveSet, forgive: boolean, attempt: Attempt): boolean {
    const {polish, acceptance, guess} = this;
    const {scaling, demands} = attempt;
    const center = new Float64Array(guess.x.length);
    for (const proximity of PROXIMITIES) {
      const leastPivot = proximity === 0 ? ENOUGH_CURVATURE * Math.sqrt(scaling.c) : 0;
      const outcome = activeSet.solve(proximity * scaling.c, center, leastPivot, forgive);
      if (outcome === 'failed') continue;
      copyPoint(activeSet.point, guess);
      if (outcome === 'primalInfeasible') {
        if (acceptance.provesInfeasible(guess, scaling)) return true;
        continue;
      }
      if (proximity > 0) {
        // Far out along a ray, everything is small compared with the terms of x, so the ray is checked first.
        for (let j = 0; j < center.length; j++) guess.x[j] -= center[j];
        if (acceptance.provesUnbounded(guess, scaling)) return true;
        guess.x.set(activeSet.point.x);
      }
      if (this.polishes(guess, attempt)) return true;
      if (acceptance.accept(guess, scaling, demands)) return true;
      acceptance.keepSpare([polish.point, guess], scaling, demands);
      center.set(activeSet.point.x);
    }
    return false;
  }

  /** Whether a linear program finds a proof that there is no solution. */
  private proves(scaling: Scaling): boolean {
    const {rescue, acceptance} = this;
    const farkas = rescue.farkasRay();
    if (farkas && acceptance.provesInfeasible(farkas, scaling)) return true;
    const ray = rescue.descentRay();
    return ray !== null && acceptance.provesUnbounded(ray, scaling);
  }
}

/**
 * The solver of dense problems with n variables, p equalities and m inequalities.
 *
 * @param watch Sees each iteration of the interior point, before which nothing else is tried then.
 */
export function denseSolver(dense: DenseKernels, sizes: Sizes, digits?: Digits, watch?: Watch): QPSolver {
  const problem = emptyProblem(dense, sizes);
  const scaled = emptyProblem(dense, sizes);
  const {n, p, m} = sizes;
  const {P, C} = scaled;
  const reduced = new CondensedSystem(dense, n, p + m, P.values, C.values, C.full);
  const kkt = new KktSystem(dense, n, p + m, P, reduced);
  const dual = watch ? null : dualMethod(dense, scaled, reduced.constraints);
  return new QPSolver(dense, {problem, scaled, kkt, dual, rescue: denseRescue(dense, scaled), watch}, digits);
}
