/** @file The options for reports of an iterative solver, and the content of a report. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Structure} from '../../autodiff/index.js';

/**
 * The state of a solve. The tensors exist only during the call of `onIteration`: keep a copy with `tf.keep(tf.clone(…))`, or read them. If
 * the host cannot read them immediately (WebGPU), clone them and `await` the clone's `data()`.
 */
export interface IterationReport {
  /**
   * The number of the iteration; 1 is the first. Solvers that check their state only from time to time report only at these checks, and
   * also at the start (0).
   */
  iteration: number;
  /** [B], the residual at the point where the iteration started; at most the tolerance for a solved sample. */
  residual: tf.Tensor;
  /** That point. Missing if a solver does not work in the caller's units. */
  x?: Structure | undefined;
  /** [B] or a scalar: the length of the step, or the fraction of its direction that was taken. Missing if the solver has no step length. */
  stepSize?: tf.Tensor | undefined;
  /** [B], or a scalar if the objective is a scalar: f at that point, without a proximal term. Missing if a solver has no objective. */
  value?: tf.Tensor | undefined;
}

/** How to follow a solve while it runs. */
export interface ReportOptions {
  /**
   * Called after each iteration with the state of the solve. A kernel that does the whole solve in one call reports once, at its end.
   * Default: not set, and nothing is computed for it.
   */
  onIteration?: ((report: IterationReport) => void) | undefined;
  /**
   * Prints a line with the largest residual at the iterations 1 to 10, 20 to 100 in tens, and so on, and one at the end. On WebGPU a line
   * is printed when its numbers have been read. Default false.
   */
  verbose?: boolean | undefined;
}

/** The names of `ReportOptions`. */
export const REPORT = {onIteration: 0, verbose: 0} as const;
