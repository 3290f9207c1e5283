/** @file What the iterative solvers share: an iteration, where it stands, and options. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Parameter, Structure} from '../../autodiff/index.js';
import type {Condition, OnFailure} from '../../implicit/index.js';
import type {Names} from '../../checks/index.js';
import {REPORT, type ReportOptions} from './report-options.js';
import type {LinearSolver, SolveInfo} from '../../linsolve/index.js';

/** What a step can tell besides, computed only for who asks. */
export interface StepDetails {
  stepSize?: number | tf.Tensor;
  value?: tf.Tensor;
}

/** An iteration; `memory` is what it carries along besides x (momentum, a history): leaves with the batch in front. */
export interface Iteration<X extends Structure, P extends Parameter[]> {
  start(x: X, ...params: P): Structure;
  /**
   * One step. `residual`, [B], says how far the x that came in is from a solution: at most the tolerance at one, NaN where all is lost.
   * `verdict`, [B], is 0 where the iteration goes on, else the status with which it ends.
   */
  step(
    x: X,
    memory: Structure,
    ...params: P
  ): {x: X; memory: Structure; residual: tf.Tensor; verdict?: tf.Tensor; details?: () => StepDetails};
  /** What is left of a memory when the parameters change. Default: nothing, `start`. */
  renew?(x: X, memory: Structure, ...params: P): Structure;
}

export interface IterationState {
  /** [B], int32, the codes of `Status`. */
  status: tf.Tensor1D;
  /** [B], int32. */
  iterations: tf.Tensor1D;
  /** [B]: the largest share of its terms that is left of an entry of what is zero at a solution. */
  residual: tf.Tensor1D;
}

/** Where an iteration stands, between two steps of it. */
export interface Progress<X extends Structure = Structure> extends IterationState {
  x: X;
  memory: Structure;
}

export interface SolverOptions<
  X extends Structure = Structure,
  P extends Parameter[] = Parameter[],
> extends ReportOptions {
  /**
   * What the implicit gradient comes from: any condition that holds at the solution, of the solver's x and parameters. Default:
   * the one that the solver's class names.
   */
  condition?: Condition<X, P>;
  /** Iterations at most. Default 500, or what the class names. */
  maxIterations?: number;
  /**
   * The accuracy, relative and without units. A sample is solved where each entry of what must be zero (a gradient, F, T(x) − x) is at
   * most this share of the terms that it is the sum of, as small changes of x show them, and x has come to rest: scaling x, f or F
   * changes nothing. Zero goes on until nothing is left. Default 1e-6, about as far as f32 goes.
   */
  tolerance?: number;
  /**
   * So much of each entry counts as zero besides, in its own units: those of the gradient for a minimisation, of F for a root, of x for
   * a fixed point. Default 0.
   */
  absoluteTolerance?: number;
  /**
   * True: the gradient comes from the optimality condition. False: from the unrolled iterations, the lengths of whose steps, and the
   * matrices that Newton's method and its kin divide by, count as constants. Default true.
   */
  implicitDiff?: boolean;
  /** Default true: axis 0 of x is a batch of independent problems. */
  batched?: boolean;
  /** The linear solver of the implicit gradient. Default `linsolve.auto()`. */
  linsolve?: LinearSolver;
  /** Receives the report of the implicit gradient's linear solve: tensors, one entry a sample. */
  onGradient?: (info: SolveInfo) => void;
  /**
   * When the linear system of the implicit gradient is not solved: 'warn' (default), 'throw' or 'ignore'. (What became of the solve
   * itself is in `state.status`.)
   */
  onFailure?: OnFailure;
}

/** The options of a solver whose x is one problem. */
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
