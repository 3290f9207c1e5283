/** @file The contracts of implicit differentiation: an optimality condition, and a solver that satisfies it. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Parameter, Structure} from '../autodiff/index.js';
import type {Names} from '../checks/index.js';
import type {LinearSolver, Operator, SolveInfo, Tags} from '../linsolve/index.js';

/**
 * F(x, ...params), which is zero at the solution: a structure like x.
 *
 * Tensors that F closes over (layer weights) are differentiated like its parameters.
 */
export interface Condition<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> {
  (x: X, ...params: P): X;
  /** What is known of ∂₁F; `symmetric` and `positiveDefinite` let `linsolve.auto` choose CG. */
  tags?: Tags | undefined;
  /**
   * ∂₁F at a point as an operator with more structure than automatic differentiation sees. Its vectors are rows [B, n]:
   * the leaves of x, flattened a sample and joined, in `order`.
   */
  linearize?(x: X, ...params: P): Operator;
  /** The names of the record x in the order of the rows of `linearize`. By default that of x itself, as the solver returned it. */
  order?: readonly string[] | undefined;
  /**
   * (∂₂F)ᵀu: the cotangents of the params for the cotangent u of F, for an F that closes over no tensor. It must be made
   * of differentiable operations, and spares the backward pass an evaluation of F.
   */
  pullback?(u: X, x: X, ...params: P): P;
}

/** T(x, ...params), which is x at the solution. */
export type FixedPointMap<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> = (
  x: X,
  ...params: P
) => X;

/** How a solve went, a tensor of shape [B] each; the codes of `status` are those of `Status`. */
export type SolverState = {
  status: tf.Tensor;
  iterations: tf.Tensor;
  residual: tf.Tensor;
};

/** Finds x from an initial guess. Its iterations are not differentiated, the condition at its result is. */
export interface Solver<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> {
  run: (init: X, ...params: P) => {x: X; state?: SolverState | undefined};
}

/** The outcome of a solve, one code a sample. */
export const Status = {
  SOLVED: 0,
  PRIMAL_INFEASIBLE: 1,
  DUAL_INFEASIBLE: 2,
  ITERATION_LIMIT: 3,
  NUMERICAL_ERROR: 4,
  INVALID_INPUT: 5,
} as const;

/** 'warn' prints a message, 'throw' throws it, 'ignore' leaves it to the reader of `status`. */
export type OnFailure = 'warn' | 'throw' | 'ignore';

export interface ImplicitOptions {
  /** Solves the system with ∂₁F. Default `linsolve.auto()`. */
  linsolve?: LinearSolver | undefined;
  /**
   * Default true: axis 0 of every leaf of x is a batch of independent systems. False: all entries of x form one system,
   * as a bilevel problem needs.
   */
  batched?: boolean | undefined;
  /**
   * Called after each linear solve of a gradient with its report: one entry a sample. The tensors live as long as the call.
   */
  onGradient?: ((info: SolveInfo) => void) | undefined;
  /**
   * What happens where that solve leaves a sample unsolved (a relative residual beyond 1e-5 that is beyond the solver's tolerance, or
   * beyond 1e-3): 'warn' (default; each kind once), 'throw' or 'ignore'. A residual that no parameter can reach is none: the solution
   * moves by least norm. Where the host cannot read tensors (WebGPU), only `onGradient` tells.
   */
  onFailure?: OnFailure | undefined;
}

/** The names of `ImplicitOptions`. */
export const IMPLICIT: Names<ImplicitOptions> = {linsolve: 0, batched: 0, onGradient: 0, onFailure: 0};
