/** @file What the loops of an iteration are given, and how they arrive. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Structure} from '../../autodiff/index.js';
import type {Reporter} from './report.js';

export interface LoopSettings {
  /** The name of the solver. */
  className: string;
  /** The number of samples. */
  samples: number;
  maxIterations: number;
  tolerance: number;
  absoluteTolerance: number;
  reporter: Reporter | null;
  /** Iterations with the same owner do the same with the user's functions. Default: the iteration itself. */
  owner?: object | undefined;
}

/** The state of a loop at its end, as tensors. */
export interface Arrival<X extends Structure> {
  x: X;
  memory: Structure;
  /** How many steps of each sample were made, [B]. */
  iterations: tf.Tensor1D;
  residual: tf.Tensor1D;
  verdict: tf.Tensor1D;
  /** The last step size of each sample, [B], if it is known. */
  stepSize?: tf.Tensor1D | undefined;
  /** How often the loop ran. */
  steps: number;
}
