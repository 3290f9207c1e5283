/**
 * @file The loop of every iterative solver: a step, a residual a sample, samples frozen once they are solved.
 *
 * The loop ends when all samples are solved, where the host can read tensors, else after `maxIterations`.
 */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, isTapeOn, offTape, unflatten, type Parameter, type Structure} from '../autodiff/index.js';
import {
  checkOnFailure,
  rootTangent,
  solvedRoot,
  Status,
  type Condition,
  type OnFailure,
  type Solver,
} from '../implicit/index.js';
import {hostCanRead} from '../kernels/index.js';
import type {LinearSolver} from '../linsolve/index.js';
import {mapLeaves, select, zerosLike} from './leaves.js';
import type {SolverOptions} from './types.js';

/** An iteration; `memory` is what it carries along besides x (momentum, a history): leaves with the batch in front. */
export interface Iteration<X extends Structure, P extends Parameter[]> {
  start(x: X, ...params: P): Structure;
  /** One step. `residual` is T(x) − x for the x that came in. */
  step(x: X, memory: Structure, ...params: P): {x: X; memory: Structure; residual: X};
}

export interface IterationState {
  /** [B], int32, the codes of `Status`. */
  status: tf.Tensor1D;
  /** [B], int32. */
  iterations: tf.Tensor1D;
  /** [B]: ‖T(x) − x‖ / (1 + ‖x‖). */
  residual: tf.Tensor1D;
}

/** Where an iteration stands, between two steps of it. */
export interface Progress<X extends Structure = Structure> extends IterationState {
  x: X;
  memory: Structure;
}

/** How often the host looks whether every sample is solved. */
const CHECK_EVERY = 5;

/** A solver of `iteration`, differentiated through `condition` or, on request, through its iterations. */
export class IterativeSolver<X extends Structure, P extends Parameter[]> implements Solver<X, P> {
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly implicitDiff: boolean;
  readonly batched: boolean;
  /** What the implicit gradient comes from. */
  readonly condition: Condition<X, P>;
  readonly linsolve: LinearSolver;
  readonly onFailure?: OnFailure;
  private readonly implicit: (init: X, params: P) => [X, IterationState];

  constructor(
    readonly className: string,
    protected readonly iteration: Iteration<X, P>,
    condition: Condition<X, P>,
    {
      maxIterations = 500,
      tolerance = 1e-6,
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
    if (!(tolerance >= 0)) throw new Error(`${className}: tolerance must not be negative, got ${tolerance}.`);
    if (onFailure) checkOnFailure(className, onFailure);
    this.maxIterations = maxIterations;
    this.tolerance = tolerance;
    this.implicitDiff = implicitDiff;
    this.batched = batched;
    this.condition = given ?? condition;
    this.linsolve = linsolve;
    this.onFailure = onFailure;
    this.implicit = (init, params) => {
      const [found, state] = offTape(
        () => this.finite(this.iterate(init, params)) as unknown as tf.TensorContainerArray,
      ) as unknown as [X, IterationState];
      const options = {linsolve, batched, onGradient, onFailure, where: className};
      const {x, aux} = solvedRoot(this.condition, options, withoutNaN(params, state.status), () => ({
        x: found,
        aux: {...state},
      }));
      return [x, aux as unknown as IterationState];
    };
  }

  /**
   * Iterates from `init`.
   *
   * @returns x, differentiable in the parameters, and how each sample went.
   */
  run(init: X, ...params: P): {x: X; state: IterationState & Record<string, tf.Tensor>} {
    return tf.tidy(() => {
      const [found, state] = this.implicitDiff ? this.implicit(init, params) : this.iterate(init, params);
      // A sample that became NaN or infinite, or that asked for what there is not, is zero, with a zero gradient: it must not
      // touch its neighbours.
      const x = select(
        offTape(() => tf.less(state.status, Status.NUMERICAL_ERROR)),
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
      const residual = tf.fill([samples], Infinity);
      const x = mapLeaves(init, (leaf) => tf.clone(leaf));
      const memory = mapLeaves(this.iteration.start(init, ...params), (leaf) => tf.clone(leaf));
      return {x, memory, status, iterations, residual} as unknown as tf.TensorContainerObject;
    }) as unknown as Progress<X>;
  }

  /**
   * One step of every sample that is not solved yet, for a loop of your own; its iterations are differentiated if a gradient is
   * being recorded. The status stays 3 until a sample is solved.
   */
  update(progress: Progress<X>, ...params: P): Progress<X> {
    return tf.tidy(() => {
      const active = offTape(() => tf.cast(tf.equal(progress.status, Status.ITERATION_LIMIT), 'float32'));
      const moved = this.move(active, progress, params);
      const iterations = tf.cast(tf.add(progress.iterations, active), 'int32');
      const status = this.statusOf(moved.residual);
      return {...moved, iterations, status} as unknown as tf.TensorContainerObject;
    }) as unknown as Progress<X>;
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

  private samplesOf(x: X): number {
    return this.batched ? flatten(x)[0].shape[0] : 1;
  }

  private move(
    active: tf.Tensor,
    {x, memory, residual}: {x: X; memory: Structure; residual: tf.Tensor},
    params: P,
  ) {
    const moved = this.iteration.step(x, memory, ...params);
    const relative = this.relativeNorm(moved.residual, x);
    return {
      x: select(active, moved.x, x),
      memory: select(active, moved.memory, memory),
      residual: tf.where(tf.greater(active, 0), relative, residual) as tf.Tensor1D,
    };
  }

  private statusOf(residual: tf.Tensor): tf.Tensor1D {
    return offTape(() => {
      const code = (value: number) => tf.fill(residual.shape, value, 'int32');
      const failed = tf.logicalNot(tf.isFinite(residual));
      const unsolved = tf.where(
        tf.greater(residual, this.tolerance),
        code(Status.ITERATION_LIMIT),
        code(Status.SOLVED),
      );
      return tf.where(failed, code(Status.NUMERICAL_ERROR), unsolved);
    }) as tf.Tensor1D;
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
    for (let k = 0; k < this.maxIterations; k++) {
      const previous = {x, memory};
      const next = tf.tidy(() => {
        const moved = this.move(active, {x, memory, residual}, params);
        return {
          ...moved,
          iterations: tf.add(iterations, active),
          // NaN is not greater than anything: such a sample stops, and is found out below.
          active: offTape(() =>
            tf.mul(active, tf.cast(tf.greater(moved.residual, this.tolerance), 'float32')),
          ),
        } as unknown as tf.TensorContainerObject;
      }) as unknown as {
        x: X;
        memory: Structure;
        active: tf.Tensor1D;
        iterations: tf.Tensor1D;
        residual: tf.Tensor;
      };
      ({x, memory, active, iterations, residual} = next);
      if (!isTapeOn()) {
        for (const tensor of flatten([previous.x, previous.memory]))
          borrowed.has(tensor.id) || tensor.dispose();
      }
      if ((k + 1) % CHECK_EVERY === 0 && readable && active.dataSync().every((flag) => flag === 0)) break;
    }
    const status = this.statusOf(residual);
    const state = offTape(() => ({iterations: tf.cast(iterations, 'int32'), residual: tf.clone(residual)}));
    return [x, {status, ...state} as unknown as IterationState];
  }

  /** The condition is evaluated at zero where there is no solution to evaluate it at. */
  private finite([x, state]: [X, IterationState]): [X, IterationState] {
    const found = tf.less(state.status, Status.NUMERICAL_ERROR);
    return [select(found, x, zerosLike(x)), state];
  }

  /** ‖r‖ / (1 + ‖x‖) a sample, off the tape. */
  private relativeNorm(r: X, x: X): tf.Tensor1D {
    const norm = (structure: Structure) =>
      tf.sqrt(
        tf.addN(
          flatten(structure).map((leaf) =>
            tf.sum(tf.square(tf.reshape(leaf, [this.batched ? leaf.shape[0] : 1, -1])), 1),
          ),
        ),
      );
    return offTape(() => tf.div(norm(r), tf.add(1, norm(x)))) as tf.Tensor1D;
  }
}

/**
 * The parameters where all is well, else with zero for NaN: such an entry has made its sample fail, whose gradient is zero, and
 * zero times NaN would be NaN in the parameters that all samples share.
 */
function withoutNaN<P extends Parameter[]>(params: P, status: tf.Tensor): P {
  if (hostCanRead() && status.dataSync().every((code) => code < Status.NUMERICAL_ERROR)) return params;
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
