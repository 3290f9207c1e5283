/** @file What an iteration is: where it starts, one step, and what is known at the end. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Parameter, Structure} from '../../autodiff/index.js';

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
