/** @file The base class of the iterative solvers: an iteration, run to its end or step by step, and the gradient of its result. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, ownerOf, type Parameter, type Structure} from '../../autodiff/index.js';
import {
  checkOnFailure,
  rootTangent,
  solvedRoot,
  Status,
  type Condition,
  type OnFailure,
  type Solver,
} from '../../implicit/index.js';
import {fill} from '../../kernels/index.js';
import type {LinearSolver, SolveInfo} from '../../linsolve/index.js';
import {seeingOnce} from '../../programs/index.js';
import {mapLeaves, samplesOf, select} from './leaves.js';
import {inSlices, type AsyncOptions} from './in-slices.js';
import {loopSteps} from './loop.js';
import {move} from './move.js';
import {reporterOf, type Reporter} from './report.js';
import {haveChanged, identitiesOf, noteSeen} from './seen-parameters.js';
import {pointsOf} from './points.js';
import {isPoint, statusOf} from './status.js';
import {valueOf, type AuxObjective} from './problem.js';
import {drain, type Steps} from './steps.js';
import {tolerancesOf} from './tolerances.js';
import type {Iteration, IterationState, Progress, SolverOptions} from './types.js';
import {withoutNaN} from './without-nan.js';

/** The number of steps that led to a progress object, by its `iterations` tensor. */
const stepsOf = new WeakMap<tf.Tensor, number>();

/** A solver that runs `iteration` and is differentiated through `condition` or, on request, through its iterations. */
export class IterativeSolver<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> implements Solver<X, P> {
  /** The most steps that `run` makes of each sample. Default 500, unless the class says otherwise. */
  readonly maxIterations: number;
  /**
   * The relative accuracy: a sample is solved when each entry of the quantity that must be zero is at most this fraction of its terms.
   * Default 1e-6.
   */
  readonly tolerance: number;
  /** Each entry of the quantity that must be zero may also be this large, in the entry's own units. Default 0. */
  readonly absoluteTolerance: number;
  /** True if the gradient comes from `condition`, false if it goes back through the iterations. Default true. */
  readonly implicitDiff: boolean;
  /**
   * True if axis 0 of x is a batch of independent problems, false if x is a single problem. Default true; in the stochastic solvers false.
   */
  readonly batched: boolean;
  /** The condition from which the implicit gradient is computed. */
  readonly condition: Condition<X, P>;
  /** Solves the linear system of the implicit gradient and of `jvp`. Default `linsolve.auto()`, unless the class says otherwise. */
  readonly linsolve: LinearSolver;
  /** What happens when the linear system of a gradient is not solved: 'warn', 'throw' or 'ignore'. If undefined, 'warn'. */
  readonly onFailure?: OnFailure;
  /** Receives the reports of iterations; `null` if there is no receiver. */
  readonly reporter: Reporter | null;
  private readonly onGradient?: ((info: SolveInfo) => void) | undefined;
  /** For `state.value` and aux. */
  private readonly objective: AuxObjective<X, P> | undefined;

  /**
   * @param className The name of the solver, at the start of its messages.
   * @param iteration The start and the step that `run` and `update` repeat.
   */
  constructor(
    readonly className: string,
    protected readonly iteration: Iteration<X, P>,
    condition: Condition<X, P>,
    {
      maxIterations = 500,
      tolerance,
      absoluteTolerance,
      implicitDiff = true,
      batched = true,
      linsolve,
      onGradient,
      onFailure,
      onIteration,
      verbose,
      condition: given,
      objective,
    }: SolverOptions<X, P> & {linsolve: LinearSolver; objective?: AuxObjective<X, P> | undefined},
  ) {
    if (!(Number.isInteger(maxIterations) && maxIterations >= 1)) {
      throw new Error(`${className}: maxIterations must be a positive integer, got ${maxIterations}.`);
    }
    const accuracy = tolerancesOf(className, {tolerance, absoluteTolerance});
    if (onFailure) checkOnFailure(className, onFailure);
    this.maxIterations = maxIterations;
    this.tolerance = accuracy.tolerance;
    this.absoluteTolerance = accuracy.absoluteTolerance;
    this.implicitDiff = implicitDiff;
    this.batched = batched;
    this.condition = given ?? condition;
    this.linsolve = linsolve;
    this.onFailure = onFailure;
    this.reporter = reporterOf(className, {onIteration, verbose});
    this.onGradient = onGradient;
    this.objective = objective;
  }

  /**
   * Iterates from `init`.
   *
   * @returns x, differentiable in the parameters, and how each sample went; and aux, if the objective returns {value, aux}.
   */
  run(
    init: X,
    ...params: P
  ): {
    /** The result, in the shape of `init`; zero for a sample whose status is neither 0 nor 3. */
    x: X;
    /** How each sample went: status, iterations and residual, [B] each; where known, also the value and the last step size. */
    state: IterationState;
    /** The aux of the objective at x, differentiable in x and the parameters; only if the objective returns {value, aux}. */
    aux?: Structure | undefined;
  } {
    return tf.tidy(() => {
      const solve = () => (this.implicitDiff ? this.implicit(init, params) : this.iterate(init, params));
      // A listener may change what functions close over.
      const found = this.reporter ? solve() : seeingOnce(solve);
      return this.outcome(found, params) as unknown as tf.TensorContainerObject;
    }) as unknown as ReturnType<typeof this.run>;
  }

  /**
   * `run` in slices of about 8 ms, between which the event loop goes on: a page stays responsive. Without a gradient.
   *
   *     const {x, state} = await solver.runAsync(init, [c], {signal: controller.signal});
   *
   * The result is that of `run`, to the last digit. One iteration is never divided. Init and parameters are read when it is called: they
   * may be disposed of, and variables may change. What functions close over is read at any time until the promise is settled.
   *
   * @param params The parameters, as `run` takes them after `init`, in an array.
   * @returns The result of `run`; the caller disposes of its tensors.
   * @throws (rejects) As `run`; if a gradient is being recorded; with an `AbortError` if the signal is aborted; or what `onProgress` throws.
   */
  async runAsync(
    init: X,
    params: P,
    options?: AsyncOptions,
  ): Promise<ReturnType<IterativeSolver<X, P>['run']>> {
    const begin = () => {
      const own = mapLeaves(params as Structure, (leaf) => tf.clone(leaf)) as unknown as P;
      return this.running(
        mapLeaves(init, (leaf) => tf.clone(leaf)),
        own,
      );
    };
    return inSlices(`${this.className}.runAsync`, begin, options);
  }

  private *running(init: X, params: P): Steps<ReturnType<IterativeSolver<X, P>['run']>> {
    const found = yield* this.iterating(init, params, true);
    return this.outcome(this.implicitDiff ? this.rooted(this.finite(found), params) : found, params);
  }

  private outcome([found, state]: [X, IterationState], params: P): ReturnType<IterativeSolver<X, P>['run']> {
    // A sample that became NaN, decreased without limit, or requested something that does not exist is zero, with a zero
    // gradient, so that it does not affect the rest of the batch.
    const x = pointsOf(state.status, found);
    const {value, aux} = this.evaluated(x, params, state);
    const known = value ? {...state, value: value as tf.Tensor1D} : state;
    return {x, state: known, ...(aux && {aux})};
  }

  /** The start of an iteration from `init`, for `update`. The caller disposes of it. */
  start(init: X, ...params: P): Progress<X> {
    return tf.tidy(() => {
      const samples = samplesOf(init, this.batched);
      const [status, iterations] = [Status.ITERATION_LIMIT, 0].map((code) =>
        tf.fill([samples], code, 'int32'),
      );
      const residual = fill([samples], Infinity);
      noteSeen(status, identitiesOf(params));
      const x = mapLeaves(init, (leaf) => tf.clone(leaf));
      const memory = mapLeaves(this.iteration.start(init, ...params), (leaf) => tf.clone(leaf));
      return {x, memory, status, iterations, residual} as unknown as tf.TensorContainerObject;
    }) as unknown as Progress<X>;
  }

  /**
   * One step of every sample that is not solved, for a loop of your own; its iterations are differentiated if a gradient is being
   * recorded. The status stays 3 until a sample is solved.
   *
   * With the parameters of the last call, a solved sample does not change. With other parameters (another tensor, or another value of a
   * variable), it is tested again and continues if it is no longer solved; the memory of the old parameters is dropped. A failed sample
   * remains failed.
   */
  update(progress: Progress<X>, ...params: P): Progress<X> {
    return tf.tidy(() => {
      const data = identitiesOf(params);
      const changed = haveChanged(progress.status, data);
      const is = (code: number) => offTape(() => tf.equal(progress.status, code));
      const [open, solved] = [is(Status.ITERATION_LIMIT), is(Status.SOLVED)];
      const renewed = changed ? this.renewed(progress, params) : progress;
      const tried = offTape(() => tf.cast(changed ? tf.logicalOr(open, solved) : open, 'float32'));
      const count = (stepsOf.get(progress.iterations) ?? 0) + 1;
      const {details, ...moved} = move(this.iteration, tried, renewed, params);
      this.reporter?.step({iteration: count, residual: moved.residual, x: renewed.x}, details);
      const moves = offTape(() => {
        const rests = tf.logicalAnd(solved, tf.lessEqual(moved.residual, this.tolerance));
        return tf.mul(tried, tf.sub(1, tf.cast(rests, 'float32')));
      });
      const status = offTape(() =>
        tf.where(tf.greater(tried, 0), statusOf(moved, this.tolerance, this.batched), progress.status),
      ) as tf.Tensor1D;
      noteSeen(status, data);
      const iterations = tf.cast(tf.add(progress.iterations, moves), 'int32');
      stepsOf.set(iterations, count);
      return {
        x: select(moves, moved.x, progress.x),
        memory: select(moves, moved.memory, renewed.memory),
        residual: moved.residual,
        iterations,
        status,
      } as unknown as tf.TensorContainerObject;
    }) as unknown as Progress<X>;
  }

  private implicit(init: X, params: P): [X, IterationState] {
    const found = offTape(
      () => this.finite(this.iterate(init, params)) as unknown as tf.TensorContainerArray,
    ) as unknown as [X, IterationState];
    return this.rooted(found, params);
  }

  /** What was found, differentiable through the condition if there is a tape. */
  private rooted([found, state]: [X, IterationState], params: P): [X, IterationState] {
    const {linsolve, batched, onGradient, onFailure, className: where} = this;
    const options = {linsolve, batched, onGradient, onFailure, where};
    const {x, aux} = solvedRoot(this.condition, options, withoutNaN(params, state.status), () => ({
      x: found,
      aux: {...state},
    }));
    return [x, aux as unknown as IterationState];
  }

  /** The objective at x: its value for each sample, and its aux. */
  private evaluated(
    x: X,
    params: P,
    {status}: IterationState,
  ): {value: tf.Tensor | undefined; aux: Structure | undefined} {
    const {objective} = this;
    if (!objective) return {value: undefined, aux: undefined};
    let hasAux = false;
    const found = offTape(() => {
      const result = objective(x, ...params);
      hasAux = 'aux' in result;
      const value = valueOf(result);
      if (value.size !== status.size) return {};
      const flat = tf.reshape(value, [status.size]);
      return {value: tf.where(isPoint(status), flat, tf.zerosLike(flat))};
    }) as {value?: tf.Tensor};
    // Again, so that aux is on the tape if there is one.
    const result = hasAux ? objective(x, ...params) : null;
    return {value: found.value, aux: result && 'aux' in result ? result.aux : undefined};
  }

  private renewed(progress: Progress<X>, params: P): Progress<X> {
    const {iteration} = this;
    const memory = iteration.renew
      ? iteration.renew(progress.x, progress.memory, ...params)
      : iteration.start(progress.x, ...params);
    return {...progress, memory};
  }

  /**
   * The tangent of the solution x (as `run` found it) along the tangents of the parameters: forward mode.
   *
   * @param tangents One entry per parameter, with its shape; `null` stands for zero.
   */
  jvp(x: X, params: P, tangents: {[K in keyof P]: P[K] | null}): X {
    const {linsolve, batched, onFailure, className: where} = this;
    return rootTangent(this.condition, x, params, tangents, {linsolve, batched, onFailure, where});
  }

  /** x after some steps from it with a fresh memory: the iteration as a map. */
  advance(x: X, steps: number, params: P): X {
    return tf.tidy(() => {
      let state = {x, memory: this.iteration.start(x, ...params)};
      for (let k = 0; k < steps; k++) state = this.iteration.step(state.x, state.memory, ...params);
      return state.x;
    });
  }

  /** Finds x; nothing is recorded for a gradient unless `implicitDiff` is false. */
  private iterate(init: X, params: P): [X, IterationState] {
    return drain(this.iterating(init, params, false));
  }

  /**
   * Finds x, with pauses; nothing is recorded for a gradient unless `implicitDiff` is false.
   *
   * @param _inSlices Whether it will pause, so that what takes long should be divided.
   */
  protected *iterating(init: X, params: P, _inSlices: boolean): Steps<[X, IterationState]> {
    return yield* loopSteps(this.iteration, init, params, {...this, owner: ownerOf(this.condition)});
  }

  /** If a sample has no solution, the condition is evaluated at zero. */
  private finite([x, state]: [X, IterationState]): [X, IterationState] {
    return [pointsOf(state.status, x), state];
  }
}
