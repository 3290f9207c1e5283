/**
 * @file The loop of every iterative solver: a step, a residual a sample, samples frozen once they are solved.
 *
 * The loop ends when all samples are solved, where the host can read tensors, else after `maxIterations`.
 */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, isTapeOn, offTape, unflatten, type Parameter, type Structure} from '../../autodiff/index.js';
import {
  checkOnFailure,
  rootTangent,
  solvedRoot,
  Status,
  type Condition,
  type OnFailure,
  type Solver,
} from '../../implicit/index.js';
import {fill, hostCanRead} from '../../kernels/index.js';
import type {LinearSolver, SolveInfo} from '../../linsolve/index.js';
import {mapLeaves, select, zerosLike} from './leaves.js';
import type {Tolerances} from './stopping.js';
import type {SolverOptions} from './types.js';

/** An iteration; `memory` is what it carries along besides x (momentum, a history): leaves with the batch in front. */
export interface Iteration<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> {
  start(x: X, ...params: P): Structure;
  /**
   * One step. `residual`, [B], says how far the x that came in is from a solution: at most the tolerance at one, NaN where all is lost.
   * `verdict`, [B], is 0 where the iteration goes on, else the status with which it ends.
   */
  step(
    x: X,
    memory: Structure,
    ...params: P
  ): {x: X; memory: Structure; residual: tf.Tensor; verdict?: tf.Tensor | undefined};
  /** What is left of a memory when the parameters change. Default: nothing, `start`. */
  renew?(x: X, memory: Structure, ...params: P): Structure;
}

export type IterationState = {
  /** [B], int32, the codes of `Status`. */
  status: tf.Tensor1D;
  /** [B], int32. */
  iterations: tf.Tensor1D;
  /** Shape [B]: the largest share of its terms that is left of an entry of what is zero at a solution. */
  residual: tf.Tensor1D;
};

/** Where an iteration stands, between two steps of it. */
export type Progress<X extends Structure = tf.Tensor> = IterationState & {
  x: X;
  memory: Structure;
};

/** The parameters that a progress was made with, by its status: `update` sees by them whether the data are others. */
const madeWith = new WeakMap<tf.Tensor, unknown[]>();

/** How often the host looks whether every sample is solved. */
const CHECK_EVERY = 5;

/** A solver of `iteration`, differentiated through `condition` or, on request, through its iterations. */
export class IterativeSolver<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> implements Solver<X, P> {
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly absoluteTolerance: number;
  readonly implicitDiff: boolean;
  readonly batched: boolean;
  /** What the implicit gradient comes from. */
  readonly condition: Condition<X, P>;
  readonly linsolve: LinearSolver;
  readonly onFailure?: OnFailure;
  private readonly onGradient?: ((info: SolveInfo) => void) | undefined;

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
      condition: given,
    }: SolverOptions<X, P> & {linsolve: LinearSolver},
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
    this.onGradient = onGradient;
  }

  /**
   * Iterates from `init`.
   *
   * @returns x, differentiable in the parameters, and how each sample went.
   */
  run(init: X, ...params: P): {x: X; state: IterationState} {
    return tf.tidy(() => {
      const [found, state] = this.implicitDiff ? this.implicit(init, params) : this.iterate(init, params);
      // A sample that became NaN, that fell without end, or that asked for what there is not, is zero, with a zero gradient: it must
      // not touch its neighbours.
      const x = select(
        offTape(() => isPoint(state.status)),
        found,
        zerosLike(found),
      );
      return {x, state} as unknown as tf.TensorContainerObject;
    }) as unknown as ReturnType<typeof this.run>;
  }

  /** Where an iteration from `init` begins: for `update`. The caller disposes it. */
  start(init: X, ...params: P): Progress<X> {
    return tf.tidy(() => {
      const samples = this.samplesOf(init);
      const [status, iterations] = [Status.ITERATION_LIMIT, 0].map((code) =>
        tf.fill([samples], code, 'int32'),
      );
      const residual = fill([samples], Infinity);
      madeWith.set(status, identities(params));
      const x = mapLeaves(init, (leaf) => tf.clone(leaf));
      const memory = mapLeaves(this.iteration.start(init, ...params), (leaf) => tf.clone(leaf));
      return {x, memory, status, iterations, residual} as unknown as tf.TensorContainerObject;
    }) as unknown as Progress<X>;
  }

  /**
   * One step of every sample that is not solved, for a loop of your own; its iterations are differentiated if a gradient is being
   * recorded. The status stays 3 until a sample is solved.
   *
   * With the parameters of the last call a solved sample stays as it is. With others (another tensor, or another value of a variable)
   * it is judged anew and goes on where it is not solved any more; what the iteration remembers of the old ones is dropped. A sample that
   * failed stays so.
   */
  update(progress: Progress<X>, ...params: P): Progress<X> {
    return tf.tidy(() => {
      const data = identities(params);
      const before = madeWith.get(progress.status);
      const changed = before !== undefined && !sameEntries(before, data);
      const is = (code: number) => offTape(() => tf.equal(progress.status, code));
      const [open, solved] = [is(Status.ITERATION_LIMIT), is(Status.SOLVED)];
      const renewed = changed ? this.renewed(progress, params) : progress;
      const tried = offTape(() => tf.cast(changed ? tf.logicalOr(open, solved) : open, 'float32'));
      const moved = this.move(tried, renewed, params);
      const moves = offTape(() => {
        const rests = tf.logicalAnd(solved, tf.lessEqual(moved.residual, this.tolerance));
        return tf.mul(tried, tf.sub(1, tf.cast(rests, 'float32')));
      });
      const status = offTape(() =>
        tf.where(
          tf.greater(tried, 0),
          this.statusOf(moved.residual, moved.verdict, moved.x),
          progress.status,
        ),
      ) as tf.Tensor1D;
      madeWith.set(status, data);
      return {
        x: select(moves, moved.x, progress.x),
        memory: select(moves, moved.memory, renewed.memory),
        residual: moved.residual,
        iterations: tf.cast(tf.add(progress.iterations, moves), 'int32'),
        status,
      } as unknown as tf.TensorContainerObject;
    }) as unknown as Progress<X>;
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
   * @param tangents One entry a parameter, shaped like it; `null` stands for zero.
   */
  jvp(x: X, params: P, tangents: {[K in keyof P]: P[K] | null}): X {
    const {linsolve, batched, onFailure, className: where} = this;
    return rootTangent(this.condition, x, params, tangents, {linsolve, batched, onFailure, where});
  }

  /** x after some steps from it, begun anew: the iteration as a map. */
  advance(x: X, steps: number, params: P): X {
    return tf.tidy(() => {
      let state = {x, memory: this.iteration.start(x, ...params)};
      for (let k = 0; k < steps; k++) state = this.iteration.step(state.x, state.memory, ...params);
      return state.x;
    });
  }

  private implicit(init: X, params: P): [X, IterationState] {
    const {linsolve, batched, onGradient, onFailure, className: where} = this;
    const [found, state] = offTape(
      () => this.finite(this.iterate(init, params)) as unknown as tf.TensorContainerArray,
    ) as unknown as [X, IterationState];
    const options = {linsolve, batched, onGradient, onFailure, where};
    const {x, aux} = solvedRoot(this.condition, options, withoutNaN(params, state.status), () => ({
      x: found,
      aux: {...state},
    }));
    return [x, aux as unknown as IterationState];
  }

  private samplesOf(x: X): number {
    return this.batched ? flatten(x)[0].shape[0] : 1;
  }

  private move(
    active: tf.Tensor,
    {x, memory, residual}: {x: X; memory: Structure; residual: tf.Tensor},
    params: P,
  ) {
    const moved = this.iteration.step(x, memory, ...params);
    return {
      x: select(active, moved.x, x),
      memory: select(active, moved.memory, memory),
      residual: offTape(() => tf.where(tf.greater(active, 0), moved.residual, residual)) as tf.Tensor1D,
      verdict: offTape(() => tf.mul(active, tf.cast(moved.verdict ?? tf.zerosLike(active), 'float32'))),
    };
  }

  private statusOf(residual: tf.Tensor, verdict: tf.Tensor, x: X): tf.Tensor1D {
    return offTape(() => {
      const code = (value: number) => tf.fill(residual.shape, value, 'int32');
      const failed = tf.logicalNot(tf.logicalAnd(tf.isFinite(residual), this.areFinite(x)));
      const unsolved = tf.where(
        tf.greater(residual, this.tolerance),
        code(Status.ITERATION_LIMIT),
        code(Status.SOLVED),
      );
      const ended = tf.where(failed, code(Status.NUMERICAL_ERROR), unsolved);
      const given = tf.cast(verdict, 'int32');
      // A stall is no reason to doubt a solution, and NaN is no verdict.
      const said = tf.logicalAnd(
        tf.isFinite(residual),
        tf.logicalAnd(tf.greater(given, 0), tf.notEqual(given, Status.ITERATION_LIMIT)),
      );
      return tf.where(said, given, ended);
    }) as tf.Tensor1D;
  }

  /** Shape [B]: whether all entries of a sample are. */
  private areFinite(x: X): tf.Tensor {
    const leaves = flatten(x).map((leaf) =>
      tf.all(tf.isFinite(tf.reshape(leaf, [this.batched ? leaf.shape[0] : 1, -1])), 1),
    );
    return leaves.reduce((a, b) => tf.logicalAnd(a, b));
  }

  /** Finds x, off every tape unless `implicitDiff` is false. */
  protected iterate(init: X, params: P): [X, IterationState] {
    const samples = this.samplesOf(init);
    const readable = hostCanRead();
    const borrowed = new Set(flatten([init, ...params] as Parameter[]).map(({id}) => id));
    let x = init;
    let memory = this.iteration.start(x, ...params);
    let active = tf.ones([samples]);
    let iterations = tf.zeros([samples]);
    let residual: tf.Tensor = tf.zeros([samples]);
    let verdict: tf.Tensor = tf.zeros([samples]);
    for (let k = 0; k < this.maxIterations; k++) {
      const previous = {x, memory, active, iterations, residual, verdict};
      const next = tf.tidy(() => {
        const moved = this.move(active, {x, memory, residual}, params);
        return {
          ...moved,
          verdict: offTape(() => tf.maximum(verdict, moved.verdict)),
          iterations: tf.add(iterations, active),
          // NaN is not greater than anything: such a sample stops, and is found out below.
          active: offTape(() => {
            const open = tf.logicalAnd(
              tf.greater(moved.residual, this.tolerance),
              tf.equal(moved.verdict, 0),
            );
            return tf.mul(active, tf.cast(open, 'float32'));
          }),
        } as unknown as tf.TensorContainerObject;
      }) as unknown as {
        x: X;
        memory: Structure;
        active: tf.Tensor1D;
        iterations: tf.Tensor1D;
        residual: tf.Tensor;
        verdict: tf.Tensor;
      };
      ({x, memory, active, iterations, residual, verdict} = next);
      if (!isTapeOn()) {
        for (const tensor of flatten(previous as unknown as Structure)) {
          if (!borrowed.has(tensor.id)) tensor.dispose();
        }
      }
      if ((k + 1) % CHECK_EVERY === 0 && readable && active.dataSync().every((flag) => flag === 0)) break;
    }
    const status = this.statusOf(residual, verdict, x);
    const state = offTape(() => ({iterations: tf.cast(iterations, 'int32'), residual: tf.clone(residual)}));
    return [x, {status, ...state} as unknown as IterationState];
  }

  /** The condition is evaluated at zero where there is no solution to evaluate it at. */
  private finite([x, state]: [X, IterationState]): [X, IterationState] {
    return [select(isPoint(state.status), x, zerosLike(x)), state];
  }
}

/** Whether a status comes with an x: a solution, or how far the iteration came. */
function isPoint(status: tf.Tensor): tf.Tensor {
  return tf.logicalOr(tf.equal(status, Status.SOLVED), tf.equal(status, Status.ITERATION_LIMIT));
}

/** The tolerances with their defaults. @throws If one is negative. */
export function tolerancesOf(
  className: string,
  {
    tolerance = 1e-6,
    absoluteTolerance = 0,
  }: {tolerance?: number | undefined; absoluteTolerance?: number | undefined},
): Tolerances {
  for (const [name, value] of Object.entries({tolerance, absoluteTolerance})) {
    if (!(value >= 0)) throw new Error(`${className}: ${name} must not be negative, got ${value}.`);
  }
  return {tolerance, absoluteTolerance};
}

/** What tells parameters apart: the memory of tensors, the values of others. */
function identities(params: Parameter | readonly Parameter[]): unknown[] {
  if (params instanceof tf.Tensor) return [params.dataId];
  if (params !== null && typeof params === 'object') return Object.values(params).flatMap(identities);
  return [params];
}

const sameEntries = (a: unknown[], b: unknown[]) =>
  a.length === b.length && a.every((entry, i) => Object.is(entry, b[i]));

/**
 * The parameters where all is well, else with zero for NaN: such an entry has made its sample fail, whose gradient is zero, and
 * zero times NaN would be NaN in the parameters that all samples share.
 */
function withoutNaN<P extends Parameter[]>(params: P, status: tf.Tensor): P {
  if (
    hostCanRead() &&
    status.dataSync().every((code) => code === Status.SOLVED || code === Status.ITERATION_LIMIT)
  )
    return params;
  const clean = (leaf: tf.Tensor) => {
    if (leaf.dtype !== 'float32') return leaf;
    return tf.where(
      offTape(() => tf.isNaN(leaf)),
      tf.zerosLike(leaf),
      leaf,
    );
  };
  return unflatten(params, flatten(params).map(clean)) as unknown as P;
}
