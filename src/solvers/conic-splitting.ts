/** @file A solver of conic programs: operator splitting, refined by Newton's method on the residual map. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../checks/index.js';
import {offTape} from '../autodiff/index.js';
import {conicResidual, type ConicData, type ConicPoint} from '../conditions/index.js';
import {solvedRoot, Status, type Condition} from '../implicit/index.js';
import {hostCanRead} from '../kernels/index.js';
import {matVec, matVecTransposed} from '../linalg/index.js';
import {auto, rowDot, rowNorm, type LinearSolver, type SolveInfo} from '../linsolve/index.js';
import {sizesOf, splitting} from './conic-step.js';
import type {IterationState} from './iterate.js';
import {keepSamples} from './leaves.js';
import {NewtonRoot} from './newton-root.js';

export interface ConicSplittingOptions {
  /** Relative residual at which a sample counts as solved. Default 1e-5 (f32 inside). */
  tolerance?: number;
  /** Steps of the splitting at most. Default 2000. */
  maxIterations?: number;
  /** Solves the Newton systems, and that of the gradient. Default `linsolve.auto()`. */
  linsolve?: LinearSolver;
  /** Receives the report of the gradient's linear solve. */
  onGradient?: (info: SolveInfo) => void;
}

/** min cᵀz subject to Ez + s = d, s ∈ K; its dual: max −dᵀy subject to Eᵀy + c = 0, y ∈ K*. */
export type ConicSolution = {
  /** [B, p]. */
  z: tf.Tensor;
  /** y, [B, m]. */
  dual: tf.Tensor;
  /** s, [B, m]. */
  slack: tf.Tensor;
};

/** Steps between two looks at the residual. */
const ROUND = 50;
/** Where no host can look. */
const UNSEEN_ROUNDS = 4;
const REFINEMENTS = 8;
/** What is left of a certificate's equations, relative to the product that proves it. */
const CERTIFIES = 1e-3;

const NAMES: Names<ConicSplittingOptions> = {tolerance: 0, maxIterations: 0, linsolve: 0, onGradient: 0};

/**
 * min cᵀz subject to Ez + s = d, s ∈ K for a batch: {c [B, p], E [B | 1, m, p], d [B | 1, m]}.
 *
 * `run(null, data)` returns {x: {z, dual, slack}, state}, differentiable in c, E and d to any order. A sample that is infeasible
 * (status 1), unbounded (2) or not solved (3, 4) has z = 0 and a zero gradient. The condition is `conditions.conicResidual`.
 *
 * @see O'Donoghue et al. 2016 (arXiv 1312.3039) for the splitting; Busseti, Moursi & Boyd 2019 (arXiv 1811.02157) for the refinement;
 *   Agrawal et al. 2019 (arXiv 1904.09043) for the derivative.
 */
export class ConicSplitting {
  readonly condition: Condition<ConicPoint, [ConicData]>;
  private readonly options: Required<Omit<ConicSplittingOptions, 'onGradient'>>;
  private readonly onGradient?: (info: SolveInfo) => void;
  private readonly newton: NewtonRoot<ConicPoint, [ConicData]>;

  /** @param dualProjection The projection onto the dual cone K*: [B, m] ↦ [B, m], differentiable. */
  constructor(
    private readonly dualProjection: (v: tf.Tensor) => tf.Tensor,
    given: ConicSplittingOptions = {},
  ) {
    checkFunction('ConicSplitting', 'dualProjection', dualProjection);
    const {
      tolerance = 1e-5,
      maxIterations = 2000,
      linsolve = auto(),
      onGradient,
    } = checkOptions('ConicSplitting', given, NAMES);
    if (!(tolerance > 0)) throw new Error(`ConicSplitting: tolerance must be positive, got ${tolerance}.`);
    if (!(Number.isInteger(maxIterations) && maxIterations >= 1)) {
      throw new Error(`ConicSplitting: maxIterations must be a positive integer, got ${maxIterations}.`);
    }
    this.options = {tolerance, maxIterations, linsolve};
    this.onGradient = onGradient;
    this.condition = conicResidual(dualProjection);
    this.newton = new NewtonRoot<ConicPoint, [ConicData]>(
      {fun: this.condition},
      {maxIterations: REFINEMENTS, tolerance: 1e-7, linsolve},
    );
  }

  run(_init: null, data: ConicData): {x: ConicSolution; state: IterationState} {
    return tf.tidy(() => {
      const {linsolve} = this.options;
      // z(c, E, d) is z(c/γ, E/ε, d/δ)·δ/ε for any γ, δ, ε: in units in which all are 1, neither the splitting nor f32 has trouble.
      const {ofC, ofE, ofD} = offTape(() => sizesOf(data));
      const scaled = {c: tf.div(data.c, ofC), E: tf.div(data.E, ofE), d: tf.div(data.d, ofD)};
      const {x: point, aux} = solvedRoot(
        this.condition,
        {linsolve, onGradient: this.onGradient},
        [scaled],
        () => {
          const {point: found, ...state} = this.search(scaled);
          return {x: found, aux: state};
        },
      );
      const state = aux as unknown as IterationState;
      const solved = offTape(() => tf.equal(state.status, Status.SOLVED));
      const y = this.dualProjection(point.v);
      const unitOfE = tf.reshape(ofE, [-1, 1]);
      const keep = (leaf: tf.Tensor, unit: tf.Tensor) => keepSamples(solved, tf.mul(leaf, unit));
      return {
        x: {
          z: keep(point.u, tf.div(ofD, unitOfE)),
          dual: keep(y, tf.div(ofC, unitOfE)),
          slack: keep(tf.sub(y, point.v), ofD),
        },
        state,
      } as unknown as tf.TensorContainerObject;
    }) as unknown as {x: ConicSolution; state: IterationState};
  }

  /** A root of the residual map, or how it fails. */
  private search(data: ConicData): {point: ConicPoint} & IterationState {
    const {tolerance, maxIterations} = this.options;
    const [batch, p] = data.c.shape as [number, number];
    const m = data.E.shape[1]!;
    const step = splitting(data, this.dualProjection, batch);
    let [u, v] = [0, 1].map(() => tf.concat([tf.zeros([batch, p + m]), tf.ones([batch, 1])], 1));
    const code = (value: number) => tf.fill([batch], value, 'int32');
    let point: ConicPoint = {u: tf.zeros([batch, p]), v: tf.zeros([batch, m]), w: tf.ones([batch, 1])};
    let residual: tf.Tensor = tf.fill([batch], Infinity);
    let proof: tf.Tensor = code(0);
    let round = 0;
    const most = Math.ceil(maxIterations / ROUND);
    const rounds = hostCanRead() ? most : Math.min(most, UNSEEN_ROUNDS);
    while (round < rounds) {
      [u, v] = tf.tidy(() => {
        let state: [tf.Tensor, tf.Tensor] = [u, v];
        for (let k = 0; k < ROUND; k++) state = tf.tidy(() => step(...state));
        return state;
      });
      round++;
      // At ever longer intervals: a Newton step costs as much as many of the splitting.
      const look = round === rounds || (hostCanRead() && (round & (round - 1)) === 0);
      if (!look) continue;
      const [x, y, tau] = tf.split(u, [p, m, 1], 1);
      const slack = tf.slice(v, [0, p], [-1, m]);
      const refined = this.refine({x, y, tau}, slack, data);
      const reached = this.residualOf(refined, data);
      const better = tf.less(reached, residual);
      point = {u: choose(better, refined.u, point.u), v: choose(better, refined.v, point.v), w: point.w};
      residual = tf.where(better, reached, residual);
      proof = this.certificates({x, y}, slack, data);
      const open = tf.logicalAnd(tf.greater(residual, tolerance), tf.equal(proof, 0));
      if (hostCanRead() && !tf.any(open).dataSync()[0]) break;
    }
    const solved = tf.lessEqual(residual, tolerance);
    const failure = tf.where(
      tf.all(tf.isFinite(u), 1),
      tf.where(tf.greater(proof, 0), proof, code(Status.ITERATION_LIMIT)),
      code(Status.NUMERICAL_ERROR),
    );
    return {
      point: {u: keepSamples(solved, point.u), v: keepSamples(solved, point.v), w: point.w},
      status: tf.where(solved, code(Status.SOLVED), failure) as tf.Tensor1D,
      iterations: code(round * ROUND) as tf.Tensor1D,
      residual: residual as tf.Tensor1D,
    };
  }

  /** Newton's method from where the splitting stands; samples without a point there start at zero. */
  private refine(
    {x, y, tau}: {x: tf.Tensor; y: tf.Tensor; tau: tf.Tensor},
    slack: tf.Tensor,
    data: ConicData,
  ): ConicPoint {
    const positive = tf.greater(tau, 1e-12);
    const scale = tf.where(positive, tau, tf.onesLike(tau));
    const [u, v] = [tf.div(x, scale), tf.div(tf.sub(y, slack), scale)];
    const finite = tf.logicalAnd(
      tf.squeeze(positive, [1]),
      tf.logicalAnd(tf.all(tf.isFinite(u), 1), tf.all(tf.isFinite(v), 1)),
    );
    const start = {u: keepSamples(finite, u), v: keepSamples(finite, v), w: tf.onesLike(tau)};
    return this.newton.run(start, data).x;
  }

  /** The largest relative error of Ez + s = d and Eᵀy + c = 0 (the cones and complementarity hold by themselves), [B]. */
  private residualOf(point: ConicPoint, {c, E, d}: ConicData): tf.Tensor {
    const {u, v} = this.condition(point, {c, E, d});
    const y = this.dualProjection(point.v);
    const part = (r: tf.Tensor, terms: tf.Tensor[]) =>
      tf.div(
        rowNorm(r),
        tf.maximum(tf.addN(terms.map((term) => rowNorm(tf.add(term, tf.zerosLike(r))))), 1e-30),
      );
    const dual = part(u, [c, matVecTransposed(E, y)]);
    const primal = part(v, [d, matVec(E, point.u), tf.sub(y, point.v)]);
    return tf.squeeze(tf.maximum(dual, primal), [1]);
  }

  /** 1 where y proves that no z is feasible, 2 where x proves that cᵀz falls without end, else 0: [B], int32. */
  private certificates({x, y}: {x: tf.Tensor; y: tf.Tensor}, s: tf.Tensor, {c, E, d}: ConicData): tf.Tensor {
    const gainY = tf.neg(rowDot(tf.add(d, tf.zerosLike(y)), y));
    const leftY = rowNorm(matVecTransposed(E, y));
    const gainX = tf.neg(rowDot(c, x));
    const leftX = rowNorm(tf.add(matVec(E, x), s));
    const proves = (gain: tf.Tensor, left: tf.Tensor, scale: tf.Tensor) =>
      tf.cast(
        tf.squeeze(
          tf.logicalAnd(tf.greater(gain, 0), tf.lessEqual(tf.mul(left, scale), tf.mul(CERTIFIES, gain))),
          [1],
        ),
        'int32',
      );
    const infeasible = proves(gainY, leftY, rowNorm(tf.add(d, tf.zerosLike(y))));
    const unbounded = proves(gainX, leftX, rowNorm(c));
    return tf.maximum(infeasible, tf.mul(unbounded, tf.scalar(2, 'int32')));
  }
}

function choose(which: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.where(tf.broadcastTo(tf.expandDims(which, 1), a.shape), a, b);
}
