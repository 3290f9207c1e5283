/** @file The types that the iterative solvers share: an iteration, its state, and options. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Parameter, Structure} from '../../autodiff/index.js';
import type {Condition, OnFailure} from '../../implicit/index.js';
import type {Names} from '../../checks/index.js';
import {REPORT, type ReportOptions} from './report-options.js';
import type {LinearSolver, SolveInfo} from '../../linsolve/index.js';

/** Values of a step for reports. */
export interface StepDetails {
  /** The length of the step, or the fraction of its direction that was taken: [B] or a scalar. */
  stepSize?: number | tf.Tensor | undefined;
  /** The objective at the point where the step started: [B] or a scalar. */
  value?: tf.Tensor | undefined;
}

/** An iteration; `memory` is its state in addition to x (momentum, a history): leaves with the batch axis first. */
export interface Iteration<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> {
  /** The memory before the first step from x. */
  start(x: X, ...params: P): Structure;
  /**
   * One step. `residual`, [B], measures how far the incoming x is from a solution: at most the tolerance at a solution, NaN for a sample
   * that cannot recover. `verdict`, [B], is 0 for a sample that continues, otherwise the status with which it ends.
   */
  step(
    x: X,
    memory: Structure,
    ...params: P
  ): {
    /** The next point, in the shapes of the incoming x. */
    x: X;
    /** The memory for the next step, in the shapes of the incoming memory. */
    memory: Structure;
    /** [B], how far the incoming x is from a solution: at most the tolerance at a solution, NaN for a sample that cannot recover. */
    residual: tf.Tensor;
    /** [B], 0 for a sample that continues, otherwise the code of `Status` with which it ends. Default: 0 for every sample. */
    verdict?: tf.Tensor | undefined;
    /** The length of the step, or the fraction of its direction that was taken: [B] or a scalar. It is known already, and costs nothing. */
    stepSize?: number | tf.Tensor | undefined;
    /** The value of the objective, for reports; called only if there is a listener. */
    details?: (() => StepDetails) | undefined;
  };
  /** The memory to continue with when the parameters change. Default: none is kept, `start` is called. */
  renew?(x: X, memory: Structure, ...params: P): Structure;
  /**
   * The functions of the user's that it calls, each marked or made of marked ones. If they are known, what was recorded of a step is used
   * again in the next run.
   */
  functions?: readonly ((...args: never[]) => unknown)[] | undefined;
}

/** How the iteration of each sample went; B is 1 for a single problem. */
export type IterationState = {
  /** [B], int32, the codes of `Status`. */
  status: tf.Tensor1D;
  /** [B], int32: the number of steps of each sample. */
  iterations: tf.Tensor1D;
  /** Shape [B]: the largest entry, relative to its terms, of the quantity that is zero at a solution. */
  residual: tf.Tensor1D;
  /**
   * Shape [B]: the objective at x, without a proximal term; 0 for a sample without a solution. Missing if the solver has no objective, or it
   * returns the sum over samples. Only `run` gives it.
   */
  value?: tf.Tensor1D | undefined;
  /**
   * Shape [B]: the last step size of each sample, or the fraction of the direction that was taken. Missing if a solver has none, or one for
   * each entry. Only `run` gives it.
   */
  stepSize?: tf.Tensor1D | undefined;
};

/** The state of an iteration between two steps. */
export type Progress<X extends Structure = tf.Tensor> = IterationState & {
  /** The current point, in the shape of the start. */
  x: X;
  /** The state of the solver in addition to x (momentum, a history): pass it on unchanged. */
  memory: Structure;
};

/** The options that every iterative solver takes. */
export interface SolverOptions<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends ReportOptions {
  /**
   * The condition from which the implicit gradient is computed: any condition on the solver's x and parameters that holds at the
   * solution. Default: see the class of the solver.
   */
  condition?: Condition<X, P> | undefined;
  /** The largest number of iterations. Default 500, unless the class says otherwise. */
  maxIterations?: number | undefined;
  /**
   * The relative accuracy. A sample is solved if each entry of the quantity that must be zero (a gradient, F, T(x) − x) is at most this
   * fraction of the terms that it is the sum of (measured by small changes of x), and x no longer moves. Scaling x, f or F does not change
   * the test. With zero, the solver continues until there is no more progress. Default 1e-6, about the limit of f32.
   */
  tolerance?: number | undefined;
  /**
   * In addition, each entry may be this large, in its own units: the units of the gradient for a minimisation, of F for a root, of x for a
   * fixed point. Default 0.
   */
  absoluteTolerance?: number | undefined;
  /**
   * True: the gradient comes from the optimality condition. False: it comes from the unrolled iterations, in which step lengths
   * and the matrices of Newton-like methods are constants. Default true.
   */
  implicitDiff?: boolean | undefined;
  /** Default true: axis 0 of x is a batch of independent problems. */
  batched?: boolean | undefined;
  /** The linear solver of the implicit gradient. Default `linsolve.auto()`. */
  linsolve?: LinearSolver | undefined;
  /** Receives the report of the implicit gradient's linear solve: tensors, with one entry per sample. */
  onGradient?: ((info: SolveInfo) => void) | undefined;
  /**
   * When the linear system of the implicit gradient is not solved: 'warn' (default), 'throw' or 'ignore'. (`state.status` reports
   * on the solve itself.)
   */
  onFailure?: OnFailure | undefined;
}

/** The options of a solver for a single problem. */
export const UNBATCHED_OPTIONS: Names<Omit<SolverOptions, 'batched'>> = {
  condition: 0,
  maxIterations: 0,
  tolerance: 0,
  absoluteTolerance: 0,
  implicitDiff: 0,
  linsolve: 0,
  onGradient: 0,
  onFailure: 0,
  ...REPORT,
};

/** The options of every iterative solver. */
export const SOLVER_OPTIONS: Names<SolverOptions> = {...UNBATCHED_OPTIONS, batched: 0};
