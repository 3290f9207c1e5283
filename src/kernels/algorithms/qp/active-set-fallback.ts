/** @file What is tried if the interior-point method fails: an active set built row by row, with proximal steps, and proofs by linear programs. */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';
import type {Acceptance} from './acceptance.js';
import type {ActiveSet} from './active-set.js';
import type {Polish} from './polish.js';
import type {Attempt, PolishingAttempt} from './polishing-attempt.js';
import type {QPSystem} from './qp-system.js';
import {scaleProblem} from './scale-problem.js';
import type {MatrixScaling, Scaling} from './scaling.js';
import {copyPoint, type Point} from './types.js';

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

export class ActiveSetFallback<Matrix extends ProblemMatrix> {
  /** @param guess Room for a point. */
  constructor(
    private readonly dense: DenseKernels,
    private readonly system: QPSystem<Matrix>,
    private readonly polish: Polish,
    private readonly polishing: PolishingAttempt,
    private readonly acceptance: Acceptance,
    private readonly guess: Point<Vector>,
  ) {}

  /** Whether a solution or a proof is accepted. Rows are added one by one, in a scaling that leaves out no far rows. */
  succeeds(matrices: MatrixScaling, {good, demands}: Attempt): boolean {
    const {dense, acceptance} = this;
    const {problem, scaled, kkt, rescue} = this.system;
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
      if (this.polishing.succeeds(guess, attempt)) return true;
      if (acceptance.accept(guess, scaling, demands)) return true;
      acceptance.keepSpare([polish.point, guess], scaling, demands);
      center.set(activeSet.point.x);
    }
    return false;
  }

  /** Whether a linear program finds a proof that there is no solution. */
  proves(scaling: Scaling): boolean {
    const {acceptance} = this;
    const {rescue} = this.system;
    const farkas = rescue.farkasRay();
    if (farkas && acceptance.provesInfeasible(farkas, scaling)) return true;
    const ray = rescue.descentRay();
    return ray !== null && acceptance.provesUnbounded(ray, scaling);
  }
}
