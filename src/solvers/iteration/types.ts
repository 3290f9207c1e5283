/** @file What the iterative solvers share: options, stopping, status. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Parameter, Structure} from '../../autodiff/index.js';
import type {Condition, OnFailure} from '../../implicit/index.js';
import type {Names} from '../../checks/index.js';
import type {LinearSolver, SolveInfo} from '../../linsolve/index.js';

export interface SolverOptions<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> {
  /**
   * What the implicit gradient comes from: any condition that holds at the solution, of the solver's x and parameters. Default:
   * the one that the solver's class names.
   */
  condition?: Condition<X, P> | undefined;
  /** Iterations at most. Default 500, or what the class names. */
  maxIterations?: number | undefined;
  /**
   * The accuracy, relative and without units. A sample is solved where each entry of what must be zero (a gradient, F, T(x) − x) is at
   * most this share of the terms that it is the sum of, as small changes of x show them, and x has come to rest: scaling x, f or F
   * changes nothing. Zero goes on until nothing is left. Default 1e-6, about as far as f32 goes.
   */
  tolerance?: number | undefined;
  /**
   * So much of each entry counts as zero besides, in its own units: those of the gradient for a minimisation, of F for a root, of x for
   * a fixed point. Default 0.
   */
  absoluteTolerance?: number | undefined;
  /**
   * True: the gradient comes from the optimality condition. False: from the unrolled iterations, the lengths of whose steps, and the
   * matrices that Newton's method and its kin divide by, count as constants. Default true.
   */
  implicitDiff?: boolean | undefined;
  /** Default true: axis 0 of x is a batch of independent problems. */
  batched?: boolean | undefined;
  /** The linear solver of the implicit gradient. Default `linsolve.auto()`. */
  linsolve?: LinearSolver | undefined;
  /** Receives the report of the implicit gradient's linear solve: tensors, one entry a sample. */
  onGradient?: ((info: SolveInfo) => void) | undefined;
  /**
   * When the linear system of the implicit gradient is not solved: 'warn' (default), 'throw' or 'ignore'. (What became of the solve
   * itself is in `state.status`.)
   */
  onFailure?: OnFailure | undefined;
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
};

/** The options of every iterative solver. */
export const SOLVER_OPTIONS: Names<SolverOptions> = {...UNBATCHED_OPTIONS, batched: 0};
