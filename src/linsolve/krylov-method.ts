/** @file The contract of a Krylov method, on a device and on the host. */
import type * as tf from '@tensorflow/tfjs-core';
import type {HostMethod} from './host/process.js';
import type {PreparedPreconditioner} from './preconditioners/types.js';
import type {LinearMap} from './rows.js';
import type {Operator} from './types.js';

/** One Krylov method on rows, for a right-hand side of norm 1 and the initial guess 0. */
export interface KrylovMethod {
  /** Starts at the residual r = b; `step` improves x where `active` (a [B, 1] mask of 0 and 1) is 1. */
  start(r: tf.Tensor2D, precondition: LinearMap): KrylovState;
  step(state: KrylovState, active: tf.Tensor2D, apply: LinearMap, precondition: LinearMap): KrylovState;
  /**
   * Whether the method applies a preconditioner itself, as a symmetric one. Default false: it is run on A M y = b, with
   * x = M y, which leaves the residual as it is.
   */
  preconditions?: boolean | undefined;
  /** Steps between two restarts from the true residual on a device. Default: none. */
  restart?: number | undefined;
  /** One run of the method on the host, for one system. */
  onHost: HostMethod;
  /** Steps of such a run at most. Default: the number of unknowns. */
  hostRestart?: number | undefined;
  /** Whether the method is for symmetric matrices only. */
  symmetric?: boolean | undefined;
  /** Called once per solver, for the first sample without a solution whose matrix is not symmetric. */
  onUnsymmetric?: ((sample: number) => void) | undefined;
}

/** x is the correction found so far, r the residual as the method tracks it. */
export interface KrylovState extends tf.NamedTensorMap {
  x: tf.Tensor2D;
  r: tf.Tensor2D;
}

/** A system to solve, with Aᵀ if `transpose`. */
export interface KrylovSystem {
  operator: Operator;
  prepared: PreparedPreconditioner | null;
  b: tf.Tensor;
  transpose: boolean;
}
