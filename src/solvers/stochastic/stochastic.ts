/** @file The common part of the stochastic gradient methods: one problem, one batch of data per step. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, describe, type Names} from '../../checks/index.js';
import {flatten, offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {gradientOf, stationary, type Differentiable} from '../../conditions/index.js';
import {packingOf, Status} from '../../implicit/index.js';
import {auto} from '../../linsolve/index.js';
import {IterativeSolver} from '../iteration/iterate.js';
import {givenObjective, withFun, type Minimization} from '../iteration/problem.js';
import {startWatch, withinRounding, zeroTest, type Watch} from '../iteration/stopping.js';
import {tolerancesOf} from '../iteration/tolerances.js';
import {isSchedule, stepTable, type StepSchedule} from '../iteration/step-schedule.js';
import {UNBATCHED_OPTIONS, type Progress, type SolverOptions} from '../iteration/types.js';
import {combine, innerProduct} from '../iteration/leaves.js';

/** `fun` is f(x, data, ...params), a scalar: the loss of x on a batch of data; `gradient` its gradient in x. */
export type StochasticProblem<
  X extends Structure = tf.Tensor,
  D extends Parameter = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> = Minimization<X, [data: D, ...params: P]>;

/** The options of every stochastic solver: those of the iterative solvers without `batched`, and two options of the step. */
export interface StochasticOptions<
  X extends Structure = tf.Tensor,
  D extends Parameter = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends Omit<SolverOptions<X, [data: D, ...params: P]>, 'batched'> {
  /** The fraction of the last step that is repeated, in [0, 1). Default 0. */
  momentum?: number | undefined;
  /** η, the step size, is at most this: a number, or `{byIteration}` for one per step. Default 1. */
  maxStepSize?: number | StepSchedule | undefined;
}

/** The part of a tf.data dataset that is used here. */
export interface BatchDataset<D> {
  /** Starts the data from the beginning. */
  iterator(): Promise<{
    /** The next batch. */
    next(): Promise<{
      /** The batch; not read at the end of the data. */
      value: D | null;
      /** True at the end of the data. */
      done?: boolean | undefined;
    }>;
  }>;
}

/** Batches of data, one per step: an array, a generator, any (async) iterable, or a dataset of tf.data. */
export type Batches<D> = Iterable<D> | AsyncIterable<D> | BatchDataset<D>;

/** How a method chooses its step size, a scalar of shape [1], from the loss, its gradient and the last step size. */
export type StepRule<X extends Structure = tf.Tensor> = (place: {
  x: X;
  /** `null`, like `loss`, if only the gradient is known. */
  value: tf.Tensor | null;
  gradient: X;
  /** ‖gradient‖². */
  square: tf.Tensor;
  last: tf.Tensor;
  /** The largest step size that is allowed: a number or [1]. */
  most: number | tf.Tensor;
  loss: ((x: X) => tf.Tensor) | null;
  gradientAt: (x: X) => X;
}) => tf.Tensor;

export const STOCHASTIC: Names<StochasticOptions<Structure, Parameter, Parameter[]>> = {
  ...UNBATCHED_OPTIONS,
  momentum: 0,
  maxStepSize: 0,
};

/**
 * Minimizes the mean of f(x, data): x ← x − η∇f(x, batch) + momentum. x is a single problem, not a batch.
 *
 * `runIterator(init, batches, ...params)` goes through data; `update(progress, batch, ...params)` is one step for a loop of your
 * own; `run(init, data, ...params)` repeats all of the data until ∇f is within the tolerance relative to its terms, and is
 * differentiable in data and params like every solver here. Defaults: at most 500 steps, tolerance 1e-6. The condition is
 * `conditions.stationary`.
 */
export class StochasticSolver<
  X extends Structure = tf.Tensor,
  D extends Parameter = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends IterativeSolver<X, [data: D, ...params: P]> {
  constructor(
    className: string,
    problem: StochasticProblem<X, D, P>,
    rule: StepRule<X>,
    {momentum = 0, maxStepSize = 1, ...options}: StochasticOptions<X, D, P>,
  ) {
    const fun = lossOf(className, problem);
    if (!(momentum >= 0 && momentum < 1)) {
      throw new Error(`${className}: momentum must lie in [0, 1), got ${momentum}.`);
    }
    const table = isSchedule(maxStepSize) ? stepTable(className, maxStepSize, options.maxIterations) : null;
    const first = table ? table.first : (maxStepSize as number);
    if (!(first > 0)) throw new Error(`${className}: maxStepSize must be positive, got ${first}.`);
    const gradient = gradientOf<X, [data: D, ...params: P]>(fun, `${className}: fun`);
    const objective = typeof fun === 'function' ? fun : null;
    type Memory = {velocity: X; step: tf.Tensor; watch: Watch; k?: tf.Tensor};
    const accuracy = tolerancesOf(className, options);
    const rowOf = (x: Structure) => packingOf(flatten(x), false).pack(flatten(x));
    super(
      className,
      {
        start: (x: X, ..._rest: [data: D, ...params: P]): Structure => ({
          velocity: combine(x, x, (leaf) => tf.zerosLike(leaf)),
          step: tf.fill([1], first),
          watch: startWatch(rowOf(x)),
          ...(table ? {k: tf.ones([1])} : {}),
        }),
        // Another batch counts as another problem of the same kind.
        renew: (_x: X, memory: Structure, ..._rest: [data: D, ...params: P]): Structure => memory,
        step(x, memory, ...rest) {
          const {velocity, step: last, watch: before, k} = memory as Memory;
          const most = k ? table!.at(k) : first;
          const loss = (at: X) => {
            const value = objective!(at, ...rest);
            if (value.size !== 1) {
              throw new Error(`${className}: the loss must be a scalar, got shape [${value.shape}].`);
            }
            return tf.reshape(value, [1]);
          };
          const slope = gradient(x, ...rest);
          const square = innerProduct(slope, slope, false);
          const gradientAt = (at: X) => gradient(at, ...rest);
          const known = objective ? {value: loss(x), loss} : {value: null, loss: null};
          const step = rule({x, ...known, gradient: slope, square, last, most, gradientAt});
          const next = combine(velocity, slope, (v, g) =>
            tf.sub(tf.mul(momentum, v), tf.mul(tf.squeeze(step), g)),
          );
          const {residual, watch} = offTape(() => {
            const packing = packingOf(flatten(x), false);
            const at = (there: tf.Tensor) => rowOf(gradientAt(packing.restore(x, there)));
            const [point, move] = [rowOf(x), rowOf(next)];
            const place = {x: point, value: rowOf(slope), at, step: move, stuck: withinRounding(move, point)};
            return zeroTest(place, before, accuracy) as never;
          }) as unknown as ReturnType<typeof zeroTest>;
          return {
            x: combine(x, next, (leaf, v) => tf.add(leaf, v)),
            memory: {velocity: next, step, watch, ...(k ? {k: tf.add(k, 1)} : {})},
            residual,
            stepSize: step,
            details: () => ({value: objective ? loss(x) : undefined}),
          };
        },
      },
      stationary<X, [data: D, ...params: P]>(fun),
      {
        ...options,
        batched: false,
        linsolve: options.linsolve ?? auto(),
        objective: givenObjective(fun),
      },
    );
  }

  /**
   * Makes one step per batch, until `maxIterations` or the end of the data: an array, a generator, any (async) iterable, or a
   * dataset of tf.data.
   *
   * Batches that a generator or dataset creates during the call are disposed of after use. Tensors that existed before the call
   * belong to the caller, and are kept.
   *
   * @returns x and the state after the last step; the caller disposes of them.
   */
  async runIterator(init: X, batches: Batches<D>, ...params: P): Promise<Progress<X>> {
    const first = nextTensorId();
    const made = (batch: D) => flatten(batch).filter(({id}) => id >= first);
    let progress: Progress<X> | null = null;
    let steps = 0;
    for await (const batch of iterableOf(this.className, batches)) {
      let next: Progress<X>;
      try {
        progress ??= this.start(init, batch, ...params);
        next = this.stepOn(progress, batch, params);
      } finally {
        tf.dispose([made(batch), progress] as unknown as tf.TensorContainer);
      }
      progress = next;
      if (++steps === this.maxIterations) break;
    }
    if (progress === null) throw new Error(`${this.className}: the data contain no batch.`);
    this.reporter?.end(progress);
    return progress;
  }

  /** One step, even if the last batch happened to be solved, which says nothing about this one. */
  private stepOn(progress: Progress<X>, batch: D, params: P): Progress<X> {
    return tf.tidy(() => {
      const status = tf.fill([1], Status.ITERATION_LIMIT, 'int32') as tf.Tensor1D;
      return this.update({...progress, status}, batch, ...params) as unknown as tf.TensorContainerObject;
    }) as unknown as Progress<X>;
  }
}

/** f, or `{gradient}`. */
export function lossOf<X extends Structure, D extends Parameter, P extends Parameter[]>(
  className: string,
  problem: StochasticProblem<X, D, P>,
): Differentiable<X, [data: D, ...params: P]> {
  const given = withFun<X, [data: D, ...params: P], typeof problem>(className, problem);
  return checkOptions(className, given, {fun: 1}, 'entry').fun;
}

/** @throws If the data cannot be iterated. */
function iterableOf<D>(className: string, batches: Batches<D>): Iterable<D> | AsyncIterable<D> {
  const given = batches as Partial<Iterable<D> & AsyncIterable<D> & BatchDataset<D>> | null | undefined;
  if (given && (Symbol.iterator in given || Symbol.asyncIterator in given)) {
    return batches as Iterable<D>;
  }
  if (typeof given?.iterator === 'function') return valuesOf(batches as BatchDataset<D>);
  throw new Error(
    `${className}: the batches must be iterable (an array, a generator) or a dataset of tf.data, got ${describe(batches)}.`,
  );
}

async function* valuesOf<D>(dataset: BatchDataset<D>): AsyncGenerator<D> {
  const iterator = await dataset.iterator();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value as D;
}

/** Tensors are numbered in the order in which they are created. */
function nextTensorId(): number {
  return tf.tidy(() => tf.scalar(0).id) + 1;
}
