/**
 * @file A solver of conic programs: an interior-point method in f64 if the host can read tensors, otherwise operator splitting;
 * both are refined by Newton's method.
 */
import * as tf from '@tensorflow/tfjs-core';
import {alsoReadAs, checkFunction, checkOptions, type Names} from '../../checks/index.js';
import {offTape} from '../../autodiff/index.js';
import {conicResidual, type ConicData, type ConicPoint} from '../../conditions/index.js';
import {solvedRoot, Status, type Condition, type OnFailure} from '../../implicit/index.js';
import {conesOfProjection, hostCanRead, type Cones} from '../../kernels/index.js';
import {auto, type LinearSolver, type SolveInfo} from '../../linsolve/index.js';
import {solveOnHost} from './parts/conic-host.js';
import {searchConic} from './parts/conic-search.js';
import {screenConic} from './parts/conic-screen.js';
import {rowFactors, sizesOf} from './parts/conic-step.js';
import {reporterOf, type Reporter} from '../iteration/report.js';
import {REPORT, type ReportOptions} from '../iteration/report-options.js';
import {runResult, type RunResult} from '../iteration/run-result.js';
import {inSlices, type AsyncOptions} from '../iteration/in-slices.js';
import {held} from '../iteration/samples.js';
import {apart, drain, type Steps} from '../iteration/steps.js';
import type {IterationState} from '../iteration/types.js';
import {keepSamples} from '../iteration/leaves.js';
import {NewtonRoot} from '../roots/newton-root.js';

/** The options of `ConicSplitting`. */
export interface ConicSplittingOptions extends ReportOptions {
  /**
   * The residual at which a sample counts as solved. Default 1e-6; at least 2⁻²⁰, and at least 1e-5 if the cones are not known
   * and the host can read tensors.
   */
  tolerance?: number | undefined;
  /** The largest number of iterations. Default 2000. */
  maxIterations?: number | undefined;
  /** Solves the Newton systems and the linear system of the gradient. Default `linsolve.auto()`. */
  linsolve?: LinearSolver | undefined;
  /** Receives the report of the gradient's linear solve. */
  onGradient?: ((info: SolveInfo) => void) | undefined;
  /** When the linear system of a gradient is not solved: 'warn' (default), 'throw' or 'ignore'. */
  onFailure?: OnFailure | undefined;
}

/** min cᵀx subject to Ex + s = d, s ∈ K; its dual: max −dᵀy subject to Eᵀy + c = 0, y ∈ K*. */
export type ConicSolution = {
  /** [B, p]. */
  x: tf.Tensor;
  /** y, [B, m]. */
  dual: tf.Tensor;
  /** s, [B, m]. */
  slack: tf.Tensor;
};

/** The solution, which can also be read by the old name of x. */
export type ConicResult = ConicSolution & {
  /** @deprecated It is `x` now. */
  readonly z: tf.Tensor;
};

/** What a solve found. */
type Found = {x: ConicSolution; state: IterationState};

const REFINEMENTS = 8;
/** The accuracy that f32 reaches. */
const IN_SINGLE = 1e-5;
/** The accuracy of f32 outputs, measured in doubles. */
const SINGLE = 2 ** -20;

const NAMES: Names<ConicSplittingOptions> = {
  tolerance: 0,
  maxIterations: 0,
  linsolve: 0,
  onGradient: 0,
  onFailure: 0,
  ...REPORT,
};

/**
 * min cᵀx subject to Ex + s = d, s ∈ K for a batch: {c [B, p], E [B | 1, m, p], d [B | 1, m]}.
 *
 * `run(null, data)` returns {x: {x, dual, slack}, state}, differentiable in c, E and d to any order. The condition is
 * `conditions.conicResidual`. `state.residual` is the largest error of the optimality conditions in the user's units, with each
 * column of Eᵀy + c = 0 and the rows of each cone in Ex + s = d relative to their own terms; the status is 0 if and only if it is
 * at most `tolerance`. The status is 1 (infeasible) or 2 (unbounded) if a ray proves more than rounding the data to f32 could
 * cause, 5 if the data are not finite, and 3 otherwise. A sample that is not solved has x = 0 and a zero gradient.
 *
 * A projection made of `projections.dualConeProduct`, `nonNegative` or `secondOrderCone` carries its cones with it. Then, if the
 * host can read tensors, each sample is solved in f64 by an interior-point method and Newton's method; rows that cannot matter are omitted
 * until they do; and a row of the non-negative cone with d = Infinity, or d ≥ 1e20, does not exist (−Infinity: status 5). Any other
 * projection, and any projection if the host cannot read, is handled by iterations of tensor operations.
 *
 * @see Vandenberghe 2010, The CVXOPT linear and quadratic cone program solvers, for the interior point; O'Donoghue et al. 2016
 *   (arXiv 1312.3039) for the splitting; Busseti, Moursi & Boyd 2019 (arXiv 1811.02157) for the refinement; Agrawal et al. 2019
 *   (arXiv 1904.09043) for the derivative.
 */
export class ConicSplitting {
  /** The condition from which the gradient is computed: `conditions.conicResidual` of the projection. */
  readonly condition: Condition<ConicPoint, [ConicData]>;
  private readonly options: Required<
    Omit<ConicSplittingOptions, 'onGradient' | 'onFailure' | keyof ReportOptions>
  >;
  private readonly onGradient?: (info: SolveInfo) => void;
  private readonly onFailure?: OnFailure;
  private readonly reporter: Reporter | null;
  private readonly newton: NewtonRoot<ConicPoint, [ConicData]>;

  /** @param dualProjection The projection onto the dual cone K*: [B, m] ↦ [B, m], differentiable. */
  constructor(
    private readonly dualProjection: (v: tf.Tensor) => tf.Tensor,
    given: ConicSplittingOptions = {},
  ) {
    checkFunction('ConicSplitting', 'dualProjection', dualProjection);
    const {
      tolerance = 1e-6,
      maxIterations = 2000,
      linsolve = auto(),
      onGradient,
      onFailure,
      onIteration,
      verbose,
    } = checkOptions('ConicSplitting', given, NAMES);
    if (!(tolerance > 0)) throw new Error(`ConicSplitting: tolerance must be positive, got ${tolerance}.`);
    if (!(Number.isInteger(maxIterations) && maxIterations >= 1)) {
      throw new Error(`ConicSplitting: maxIterations must be a positive integer, got ${maxIterations}.`);
    }
    this.options = {tolerance, maxIterations, linsolve};
    this.onGradient = onGradient;
    this.onFailure = onFailure;
    this.reporter = reporterOf('ConicSplitting', {onIteration, verbose});
    this.condition = conicResidual(dualProjection);
    this.newton = new NewtonRoot<ConicPoint, [ConicData]>(
      {fun: this.condition},
      {maxIterations: REFINEMENTS, tolerance: 1e-7, linsolve},
    );
  }

  /**
   * Solves the batch.
   *
   * @param _init `null`: a guess is not used.
   * @param data {c [B, p], E [B | 1, m, p], d [B | 1, m]}.
   * @returns {x: {x [B, p], dual [B, m], slack [B, m]}, state}, differentiable in `data` to any order.
   */
  run(_init: null, data: ConicData): RunResult<ConicResult, IterationState> {
    return tf.tidy(
      () => drain(this.running(data, false)) as unknown as tf.TensorContainerObject,
    ) as unknown as RunResult<ConicResult, IterationState>;
  }

  /**
   * `run` in slices of about 8 ms, between which the event loop goes on: a page stays responsive. Without a gradient.
   *
   * The result is that of `run`. The data are read when it is called. A sample that is solved in f64, or a few iterations of the batch, are
   * never divided.
   *
   * @returns The result of `run`; the caller disposes of its tensors.
   * @throws (rejects) As `run`; if a gradient is being recorded; with an `AbortError` if the signal is aborted; or what `onProgress` throws.
   */
  async runAsync(
    _init: null,
    data: ConicData,
    options?: AsyncOptions,
  ): Promise<RunResult<ConicResult, IterationState>> {
    return inSlices('ConicSplitting.runAsync', () => this.running(held(data), true), options);
  }

  private *running(data: ConicData, inSlices: boolean): Steps<RunResult<ConicResult, IterationState>> {
    const cones = this.conesOf(data.E.shape[1]!);
    const {x, state} =
      cones && hostCanRead()
        ? yield* this.known(data, cones, inSlices)
        : yield* this.onTensors(data, cones, inSlices);
    this.reporter?.end(state);
    alsoReadAs('ConicSplitting', x, 'z', 'x');
    return runResult(x, state) as RunResult<ConicResult, IterationState>;
  }

  /** The cones of the projection, if known. */
  private conesOf(m: number): Cones | null {
    return offTape(() => {
      const v = tf.zeros([1, m]);
      return {cones: conesOfProjection(this.dualProjection(v), v)} as unknown as tf.TensorContainerObject;
    }).cones as unknown as Cones | null;
  }

  private *known(data: ConicData, cones: Cones, inSlices: boolean): Steps<Found> {
    const {linsolve} = this.options;
    const found = yield* apart(solveOnHost(data, cones, this.options), inSlices);
    const {status, iterations, residual, absent, valid} = found;
    // The kernel solves sample by sample.
    this.reporter?.step({iteration: Math.max(1, ...iterations.dataSync()), residual, x: found.z});
    const [absentRows, wholeD] = [offTape(() => tf.greater(absent, 0)), batchOf(data.d, absent.shape[0])];
    const scaled = {
      c: tf.mul(keepSamples(valid, data.c), found.ofC),
      E: tf.mul(keepSamples(valid, batchOf(data.E, absent.shape[0])), found.ofE),
      // Not a product with zero: an absent row's d may be infinite.
      d: tf.mul(tf.where(absentRows, tf.onesLike(wholeD), wholeD), found.ofD),
    };
    const {x: point} = solvedRoot(
      this.condition,
      {linsolve, onGradient: this.onGradient, onFailure: this.onFailure, where: 'ConicSplitting'},
      [scaled],
      () => ({
        x: {u: tf.clone(found.u), v: tf.clone(found.v), w: tf.ones([absent.shape[0], 1])},
      }),
    );
    const solved = offTape(() => tf.equal(status, Status.SOLVED));
    const y = this.dualProjection(point.v);
    const leaf = (value: tf.Tensor, derived: tf.Tensor) => keepSamples(solved, exactly(value, derived));
    return {
      x: {
        x: leaf(found.z, tf.mul(point.u, found.unitZ)),
        dual: leaf(found.dual, tf.mul(y, found.unitDual)),
        slack: leaf(found.slack, tf.mul(tf.sub(y, point.v), found.unitSlack)),
      },
      state: {status, iterations, residual},
    };
  }

  /** In tensor operations, with one unit per block if the blocks are known. */
  private *onTensors(given: ConicData, cones: Cones | null, inSlices: boolean): Steps<Found> {
    const {data, valid} = screenConic(given, cones);
    const rows = offTape(() => (cones ? rowFactors(data, cones) : tf.onesLike(data.d)));
    const scaled = {
      c: data.c,
      E: tf.mul(data.E, tf.expandDims(rows, 2)),
      d: tf.mul(data.d, rows),
    };
    const {x, state} = yield* this.splitting(scaled, inSlices);
    const isValid = tf.greater(valid, 0);
    const code = tf.fill(state.status.shape, Status.INVALID_INPUT, 'int32');
    return {
      x: {x: x.x, dual: tf.mul(x.dual, rows), slack: tf.div(x.slack, rows)},
      state: {...state, status: offTape(() => tf.where(isValid, state.status, code)) as tf.Tensor1D},
    };
  }

  private *splitting(data: ConicData, inSlices: boolean): Steps<Found> {
    const {linsolve, maxIterations} = this.options;
    const tolerance = Math.max(this.options.tolerance, hostCanRead() ? IN_SINGLE : SINGLE);
    // z(c, E, d) is z(c/γ, E/ε, d/δ)·δ/ε for any γ, δ, ε: in units in which all are 1, the splitting converges well and f32 is
    // accurate.
    const {ofC, ofE, ofD} = offTape(() => sizesOf(data));
    const scaled = {c: tf.div(data.c, ofC), E: tf.div(data.E, ofE), d: tf.div(data.d, ofD)};
    const {condition, dualProjection, newton} = this;
    const search = searchConic(scaled, {
      ...{condition, dualProjection, newton},
      ...{tolerance, maxIterations, reporter: this.reporter},
    });
    const {point: found, ...state} = yield* apart(search, inSlices);
    const {x: point} = solvedRoot(
      condition,
      {linsolve, onGradient: this.onGradient, onFailure: this.onFailure, where: 'ConicSplitting'},
      [scaled],
      () => ({x: found}),
    );
    const solved = offTape(() => tf.equal(state.status, Status.SOLVED));
    const y = dualProjection(point.v);
    const unitOfE = tf.reshape(ofE, [-1, 1]);
    const keep = (leaf: tf.Tensor, unit: tf.Tensor) => keepSamples(solved, tf.mul(leaf, unit));
    return {
      x: {
        x: keep(point.u, tf.div(ofD, unitOfE)),
        dual: keep(y, tf.div(ofC, unitOfE)),
        slack: keep(tf.sub(y, point.v), ofD),
      },
      state,
    };
  }
}

/** v, repeated for each sample. */
function batchOf(v: tf.Tensor, batch: number): tf.Tensor {
  return v.shape[0] === batch ? v : tf.tile(v, [batch, ...v.shape.slice(1).map(() => 1)]);
}

/** Has the gradient of `derived`, but an exact value where f32 has rounded that of `derived`. */
function exactly(value: tf.Tensor, derived: tf.Tensor): tf.Tensor {
  return tf.add(
    derived,
    offTape(() => tf.sub(value, derived)),
  );
}
