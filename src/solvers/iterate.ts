/**
 * @file The loop of every iterative solver: a step, a residual a sample, samples frozen once they are solved.
 *
 * The loop ends when all samples are solved, where the host can read tensors, else after `maxIterations`.
 */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, isTapeOn, offTape, unflatten, type Parameter, type Structure} from '../autodiff/index.js';
import {solvedRoot, Status, type Condition, type Solver} from '../implicit/index.js';
import {hostCanRead} from '../kernels/index.js';
import type {LinearSolver} from '../linsolve/index.js';
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

/** How often the host looks whether every sample is solved. */
const CHECK_EVERY = 5;

/** A solver of `iteration`, differentiated through `condition` or, on request, through its iterations. */
export class IterativeSolver<X extends Structure, P extends Parameter[]> implements Solver<X, P> {
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly implicitDiff: boolean;
  readonly batched: boolean;
  private readonly implicit: (init: X, params: P) => [X, IterationState];

  constructor(
    readonly className: string,
    private readonly iteration: Iteration<X, P>,
    readonly condition: Condition<X, P>,
    {
      maxIterations = 500,
      tolerance = 1e-6,
      implicitDiff = true,
      batched = true,
      linsolve,
      onGradient,
    }: SolverOptions & {linsolve: LinearSolver},
  ) {
    if (!(Number.isInteger(maxIterations) && maxIterations >= 1)) {
      throw new Error(`${className}: maxIterations must be a positive integer, got ${maxIterations}.`);
    }
    if (!(tolerance >= 0)) throw new Error(`${className}: tolerance must not be negative, got ${tolerance}.`);
    this.maxIterations = maxIterations;
    this.tolerance = tolerance;
    this.implicitDiff = implicitDiff;
    this.batched = batched;
    this.implicit = (init, params) => {
      const {x, aux} = solvedRoot(condition, {linsolve, batched, onGradient}, params, () => {
        const [found, state] = this.finite(this.iterate(init, params));
        return {x: found, aux: {...state}};
      });
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
      // A sample that became NaN or infinite is zero, with a zero gradient: it must not touch its neighbours.
      const x = select(
        offTape(() => tf.notEqual(state.status, Status.NUMERICAL_ERROR)),
        found,
        zerosLike(found),
      );
      return {x, state} as unknown as tf.TensorContainerObject;
    }) as unknown as ReturnType<typeof this.run>;
  }

  /** Finds x, off every tape unless `implicitDiff` is false. */
  protected iterate(init: X, params: P): [X, IterationState] {
    const samples = this.batched ? flatten(init)[0].shape[0] : 1;
    const readable = hostCanRead();
    const borrowed = new Set(flatten([init, ...params] as Parameter[]).map(({id}) => id));
    let x = init;
    let memory = this.iteration.start(x, ...params);
    let active = tf.ones([samples]);
    let iterations = tf.zeros([samples]);
    let residual = tf.zeros([samples]);
    for (let k = 0; k < this.maxIterations; k++) {
      const previous = {x, memory};
      const next = tf.tidy(() => {
        const moved = this.iteration.step(x, memory, ...params);
        const relative = this.relativeNorm(moved.residual, x);
        return {
          x: select(active, moved.x, previous.x),
          memory: select(active, moved.memory, previous.memory),
          iterations: tf.add(iterations, active),
          residual: tf.where(tf.greater(active, 0), relative, residual),
          // NaN is not greater than anything: such a sample stops, and is found out below.
          active: offTape(() => tf.mul(active, tf.cast(tf.greater(relative, this.tolerance), 'float32'))),
        };
      });
      ({x, memory} = next as unknown as {x: X; memory: Structure});
      ({active, iterations, residual} = next);
      if (!isTapeOn()) {
        for (const tensor of flatten([previous.x, previous.memory]))
          borrowed.has(tensor.id) || tensor.dispose();
      }
      if ((k + 1) % CHECK_EVERY === 0 && readable && active.dataSync().every((flag) => flag === 0)) break;
    }
    const state = offTape(() => {
      const failed = tf.logicalNot(tf.isFinite(residual));
      const unsolved = tf.greater(residual, this.tolerance);
      const status = tf.where(
        failed,
        tf.fill([samples], Status.NUMERICAL_ERROR, 'int32'),
        tf.where(unsolved, tf.fill([samples], Status.ITERATION_LIMIT, 'int32'), tf.zeros([samples], 'int32')),
      );
      return {status, iterations: tf.cast(iterations, 'int32'), residual: tf.clone(residual)};
    });
    return [x, state as unknown as IterationState];
  }

  /** The condition is evaluated at zero where there is no solution to evaluate it at. */
  private finite([x, state]: [X, IterationState]): [X, IterationState] {
    const found = tf.notEqual(state.status, Status.NUMERICAL_ERROR);
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

function zerosLike<S extends Structure>(structure: S): S {
  return unflatten(
    structure,
    flatten(structure).map((leaf) => tf.zerosLike(leaf)),
  );
}

/** `next` where a sample is active, else `previous`; leaf by leaf, the sample axis in front. */
function select<S extends Structure>(active: tf.Tensor, next: S, previous: S): S {
  const before = flatten(previous);
  const one = active.shape[0] === 1;
  return unflatten(
    next,
    flatten(next).map((leaf, i) => {
      const shape = one ? leaf.shape.map(() => 1) : [active.shape[0], ...leaf.shape.slice(1).map(() => 1)];
      const mask = offTape(() => tf.broadcastTo(tf.cast(tf.reshape(active, shape), 'bool'), leaf.shape));
      return tf.where(mask, leaf, before[i]);
    }),
  );
}
