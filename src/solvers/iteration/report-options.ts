/** @file The options by which an iterative solver tells where it stands, and what it tells. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Structure} from '../../autodiff/index.js';

/**
 * Where a solve stands. The tensors live as long as the call of `onIteration`: `tf.keep(tf.clone(…))`, or read them. Where the host cannot
 * read at once (WebGPU), clone them and `await` the clone's `data()`.
 */
export interface IterationReport {
  /** 1 for the first. Solvers that look at their state now and then report these looks alone, at the start too (0). */
  iteration: number;
  /** [B], at most the tolerance for a solved sample; of the point from which the iteration set out. */
  residual: tf.Tensor;
  /** That point. Missing where a solver works in other units than the caller's. */
  x?: Structure | undefined;
  /** [B] or a scalar: the length of the step, or the share of its direction that was gone. Missing where there is no such thing. */
  stepSize?: tf.Tensor | undefined;
  /** [B], or a scalar where the objective is one: f at that point, without a proximal term. Missing where a solver knows no objective. */
  value?: tf.Tensor | undefined;
}

/** How to follow a solve while it runs. */
export interface ReportOptions {
  /**
   * Called after each iteration with where the solve stands. A kernel that solves in one piece calls it once, at its end. Default: nobody is
   * called, and nothing is computed for it.
   */
  onIteration?: ((report: IterationReport) => void) | undefined;
  /**
   * Prints a line with the largest residual at the iterations 1 to 10, 20 to 100 in tens, and so on, and one at the end. On WebGPU a line
   * comes when its numbers have been read. Default false.
   */
  verbose?: boolean | undefined;
}

/** The names of `ReportOptions`. */
export const REPORT = {onIteration: 0, verbose: 0} as const;
