/** @file A solver made of a start and a step of the caller's own. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, describe, type Names} from '../../checks/index.js';
import {marked, offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {fixedPointResidual, type Condition, type FixedPointMap} from '../../implicit/index.js';
import {auto} from '../../linsolve/index.js';
import {IterativeSolver} from './iterate.js';
import {likeBefore, memoryOf, onePerSample, samplesOfStart} from './own-step.js';
import {tolerancesOf} from './tolerances.js';
import {SOLVER_OPTIONS, type Iteration, type SolverOptions, type StepDetails} from './types.js';

/** A structure like S, in which each tensor may have any static rank: most operations of tfjs return plain tensors. */
export type AnyRank<S> = [Structure] extends [S]
  ? Structure
  : S extends tf.Tensor
    ? tf.Tensor
    : {[K in keyof S]: AnyRank<S[K]>};

/** What a step of your own returns. */
export type StepResult<X extends Structure, M extends Structure> = {
  /** The next point, in the shapes of the incoming x. */
  x: AnyRank<X>;
  /** The memory for the next step, in the shapes of the incoming memory. */
  memory: AnyRank<M>;
  /**
   * How far the incoming x is from a solution, in units of your choice: a sample is solved when it is at most `tolerance`. One number for
   * each sample, [B]; with `batched: false` a scalar. NaN ends a sample with status 4.
   */
  residual: tf.Tensor;
  /**
   * [B] (a scalar with `batched: false`): 0 for a sample that continues, otherwise the status with which it ends. Default: 0 for every
   * sample.
   */
  verdict?: tf.Tensor | undefined;
  /** The length of the step and the value of the objective, for reports; called only if there is a listener. */
  details?: (() => StepDetails) | undefined;
};

/** A solver of your own: what defines its solution (one of `condition` and `fixedPoint`), how it starts, and what one step does. */
export type OwnSteps<X extends Structure, P extends Parameter[], M extends Structure> = {
  /** F(x, ...params), zero at the solution, a structure like x: a condition of `conditions`, or any function that `customRoot` takes. */
  condition?: Condition<X, P> | undefined;
  /** T(x, ...params), which is x at the solution, in place of `condition`. */
  fixedPoint?: FixedPointMap<X, P> | undefined;
  /**
   * The memory before the first step: whatever the step has to remember besides x, as tensors ([] for nothing). With a batch, each has the
   * batch axis first.
   */
  start: (x: X, ...params: P) => M;
  /** One step from x. It must be pure: it computes with its arguments and keeps nothing elsewhere. */
  step: (x: X, memory: M, ...params: P) => StepResult<NoInfer<X>, NoInfer<M>>;
} & (
  | {
      /** F, without T. */
      condition: object;
      /** Not with F. */
      fixedPoint?: undefined;
    }
  | {
      /** Not with T. */
      condition?: undefined;
      /** T, without F. */
      fixedPoint: object;
    }
);

type Moved<X extends Structure> = Omit<ReturnType<Iteration<X, Parameter[]>['step']>, 'stepSize'>;

const RESULT: Names<Moved<Structure>> = {
  x: 1,
  memory: 1,
  residual: 1,
  verdict: 0,
  details: 0,
};

/**
 * A solver that repeats your own step and is differentiated by your condition.
 *
 *     const solver = fromStep({
 *       start: (x: tf.Tensor) => ({velocity: tf.zerosLike(x)}),
 *       step(x: tf.Tensor, {velocity}, c: tf.Tensor) {
 *         const v = tf.sub(tf.mul(0.5, velocity), tf.mul(0.3, tf.sub(x, c)));
 *         return {x: tf.add(x, v), memory: {velocity: v}, residual: tf.max(tf.abs(tf.sub(x, c)), 1)};
 *       },
 *       condition: (x: tf.Tensor, c: tf.Tensor) => tf.sub(x, c),
 *     });
 *     solver.run(tf.zeros([1, 2]), tf.tensor2d([[3, 4]])).x;    // [[3, 4]]
 *
 * Where the host can read tensors, the step is recorded once a solve and runs in f64 (see `compile`); on WebGPU it runs operation by
 * operation in f32. Samples that are solved no longer change.
 *
 * @param problem `start(x, ...params)` returns the memory; `step(x, memory, ...params)` returns {x, memory, residual}; `condition` is F
 *   with F(x, ...params) = 0 (or `fixedPoint` is T with T(x, ...params) = x).
 * @param options The options of every iterative solver. `tolerance` (1e-6) and `absoluteTolerance` (0) are compared with your residual:
 *   what of it exceeds `absoluteTolerance` must be at most `tolerance`.
 * @returns A solver with `run`, `start`, `update` and `jvp`.
 * @throws If a function is missing; when it runs, if x, memory or residual have other names or shapes than they must have.
 */
export function fromStep<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
  M extends Structure = Structure,
>(problem: OwnSteps<X, P, M>, options: SolverOptions<X, P> = {}): IterativeSolver<X, P> {
  const {condition, fixedPoint} = checkProblem(problem);
  const {batched = true} = checkOptions('fromStep', options, SOLVER_OPTIONS);
  const {absoluteTolerance} = tolerancesOf('fromStep', options);
  return new IterativeSolver(
    'fromStep',
    iterationOf(problem, batched, absoluteTolerance),
    condition ?? fixedPointResidual(fixedPoint!),
    {...options, linsolve: options.linsolve ?? auto()},
  );
}

function checkProblem<X extends Structure, P extends Parameter[], M extends Structure>(
  problem: OwnSteps<X, P, M>,
): OwnSteps<X, P, M> {
  const {start, step, condition, fixedPoint} = checkOptions<OwnSteps<X, P, M>>(
    'fromStep',
    problem,
    {start: 1, step: 1, condition: 0, fixedPoint: 0},
    'entry',
  );
  checkFunction('fromStep', 'start', start);
  checkFunction('fromStep', 'step', step);
  if (condition === undefined && fixedPoint === undefined) {
    throw new Error(
      "fromStep: 'condition' is missing: F with F(x, ...params) = 0 (or 'fixedPoint', T with T(x, ...params) = x).",
    );
  }
  if (condition !== undefined && fixedPoint !== undefined) {
    throw new Error('fromStep: only one of condition and fixedPoint may be given.');
  }
  if (condition !== undefined) checkFunction('fromStep', 'condition', condition);
  else checkFunction('fromStep', 'fixedPoint', fixedPoint);
  return problem;
}

function iterationOf<X extends Structure, P extends Parameter[], M extends Structure>(
  {start, step}: OwnSteps<X, P, M>,
  batched: boolean,
  absoluteTolerance: number,
): Iteration<X, P> {
  const [begin, own] = [marked(start), marked(step)];
  return {
    functions: [begin, own],
    start: (x, ...params) => memoryOf(begin(x, ...params), samplesOfStart(x, batched)),
    step(x, memory, ...params) {
      const samples = samplesOfStart(x, batched);
      const given: unknown = own(x, memory as M, ...params);
      if (given === null || typeof given !== 'object') {
        throw new Error(`fromStep: step must return {x, memory, residual}, got ${describe(given)}.`);
      }
      const moved = checkOptions('fromStep: the result of step', given as Moved<X>, RESULT, 'entry');
      const next = {x: likeBefore('x', moved.x, x), memory: likeBefore('memory', moved.memory, memory)};
      const residual = onePerSample('residual', moved.residual, samples);
      return {
        ...next,
        residual: absoluteTolerance === 0 ? residual : beyond(residual, absoluteTolerance),
        verdict: moved.verdict && onePerSample('verdict', moved.verdict, samples),
        details: moved.details,
      };
    },
  };
}

/** What exceeds `amount`; NaN stays NaN. */
function beyond(residual: tf.Tensor, amount: number): tf.Tensor {
  return offTape(() =>
    tf.where(tf.lessEqual(residual, amount), tf.zerosLike(residual), tf.sub(residual, amount)),
  );
}
