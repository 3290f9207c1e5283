/** @file The contracts of implicit differentiation: an optimality condition, and a solver that satisfies it. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Parameter, Structure} from '../autodiff/index.js';
import type {Names} from '../checks/index.js';
import type {LinearSolver, Operator, SolveInfo, Tags} from '../linsolve/index.js';

/**
 * F(x, ...params), which is zero at the solution: a structure like x.
 *
 * Tensors that F captures (such as layer weights) are differentiated like its parameters.
 */
export interface Condition<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> {
  (x: X, ...params: P): X;
  /** Conditions with the same object are tested once between them for a coupling of samples. Default: the condition itself. */
  family?: object | undefined;
  /** Known properties of ∂₁F; with `symmetric` and `positiveDefinite`, `linsolve.auto` chooses CG. */
  tags?: Tags | undefined;
  /**
   * ∂₁F at a point as an operator with more structure than automatic differentiation sees. Its vectors are rows [B, n]: the
   * leaves of x, flattened for each sample and joined, in `order`.
   */
  linearize?(x: X, ...params: P): Operator;
  /** The names of the record x in the order of the rows of `linearize`. Default: the order in x itself, as the solver returned it. */
  order?: readonly string[] | undefined;
  /**
   * (∂₂F)ᵀu: the cotangents of the params for the cotangent u of F, for an F that captures no tensor. It must consist of
   * differentiable operations, and saves the backward pass an evaluation of F.
   */
  pullback?(u: X, x: X, ...params: P): P;
  /**
   * The linear solve and the pullback in one step, for a linear solver whose system the condition knows and the cotangent v of x. It is not
   * differentiated. The result is `null` if the condition cannot do that, or the system was not solved; then the linear solver and the
   * pullback do it.
   */
  backward?(
    linsolve: LinearSolver,
    needed: readonly boolean[],
    v: Cotangent<X>,
    x: X,
    ...params: P
  ): Backward | null;
}

/** A structure like X, with `null` in the place of a tensor of zeros. */
export type Cotangent<X extends Structure> = X extends tf.Tensor
  ? X | null
  : {[K in keyof X]: X[K] extends Structure ? Cotangent<X[K]> : never};

/** What `backward` of a condition returns. */
export interface Backward {
  /** The cotangents of the float32 leaves of the params; those that are not needed may be `null`. */
  cotangents: (tf.Tensor | null)[];
  /** Makes the report of the linear solve, for a listener. */
  info: () => SolveInfo;
}

/** T(x, ...params), which is x at the solution. */
export type FixedPointMap<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> = (
  x: X,
  ...params: P
) => X;

/** How a solve went, tensors of shape [B]; the codes of `status` are those of `Status`. */
export type SolverState = {
  /** Shape [B]: the codes of `Status`, 0 where the sample is solved. */
  status: tf.Tensor;
  /** Shape [B]: how many iterations the sample took. */
  iterations: tf.Tensor;
  /** Shape [B]: how far the sample is from solved, as its solver measures it. */
  residual: tf.Tensor;
};

/** Finds x from an initial guess. The iterations are not differentiated; the condition is, at their result. */
export interface Solver<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> {
  /** Finds x from the guess `init`, which is `null` if the caller has none. */
  run: (
    init: X,
    ...params: P
  ) => {
    /** The solution, a structure like `init`. */
    x: X;
    /** How the solve went, if the solver reports it. */
    state?: SolverState | undefined;
  };
}

/** The outcome of a solve, one code per sample. */
export const Status = {
  /** 0: the solution is within the tolerance. */
  SOLVED: 0,
  /** 1: no point satisfies the constraints. */
  PRIMAL_INFEASIBLE: 1,
  /** 2: the objective decreases without limit. */
  DUAL_INFEASIBLE: 2,
  /** 3: the solver stopped at `maxIterations`, before it reached the tolerance. */
  ITERATION_LIMIT: 3,
  /** 4: a value became NaN or infinite during the solve. */
  NUMERICAL_ERROR: 4,
  /** 5: the input has NaN or infinity in a place where that is not allowed. */
  INVALID_INPUT: 5,
} as const;

/** 'warn' prints a message, 'throw' throws it, 'ignore' does neither; read `status`. */
export type OnFailure = 'warn' | 'throw' | 'ignore';

/** How the gradient of a solution is computed: options of every function and solver with an implicit gradient. */
export interface ImplicitOptions {
  /** Solves the system with ∂₁F. Default `linsolve.auto()`. */
  linsolve?: LinearSolver | undefined;
  /**
   * Default true: axis 0 of every leaf of x is a batch of independent systems. False: all entries of x form one system,
   * as a bilevel problem needs.
   */
  batched?: boolean | undefined;
  /** Called after each linear solve of a gradient with its report: one entry per sample. The tensors are disposed of after the call. */
  onGradient?: ((info: SolveInfo) => void) | undefined;
  /**
   * What happens if that solve does not solve a sample (the relative residual exceeds 1e-5 and the solver's tolerance, or exceeds
   * 1e-3): 'warn' (default; each kind once), 'throw' or 'ignore'. A residual in a direction that no parameter can change does not
   * count: this is then the gradient of the solution that moves least. If the host cannot read tensors (WebGPU), only
   * `onGradient` reports it.
   */
  onFailure?: OnFailure | undefined;
}

/** The names of `ImplicitOptions`. */
export const IMPLICIT: Names<ImplicitOptions> = {linsolve: 0, batched: 0, onGradient: 0, onFailure: 0};
