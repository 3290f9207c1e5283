/** @file A batch of quadratic programs as tensors: the problem, a guess, the solutions. */
import type * as tf from '@tensorflow/tfjs-core';

/** The tensors of a batch. The first axis of each is the batch or 1; for p it is always the batch. */
export type QPTensors = {
  /** [B | 1, n, n]. */
  Q: tf.Tensor;
  /** [B, n]. */
  p: tf.Tensor;
  /** [B | 1, m, n]. */
  G: tf.Tensor;
  /** [B | 1, m]. */
  h: tf.Tensor;
  /** [B | 1, k, n]. */
  A: tf.Tensor;
  /** [B | 1, k]. */
  b: tf.Tensor;
  /** [B | 1, n]; without it there are no lower bounds. Only the host kernels take bounds. */
  lower?: tf.Tensor;
  /** [B | 1, n]. */
  upper?: tf.Tensor;
};

/** A guess whose active set is tried first; m counts the bounds (`contracts/bounds.ts`). */
export type QPGuess = {
  /** [B, n]. */
  x: tf.Tensor;
  /** [B, m]. */
  ineqDual: tf.Tensor;
  /** [B, k]. */
  eqDual: tf.Tensor;
  /** [B, m]. */
  slack: tf.Tensor;
};

/** The solutions of a batch of quadratic programs, and how each was found; m counts the bounds. */
export type QPSolution = {
  /** [B, n]; zero if the status is not 0. */
  x: tf.Tensor2D;
  /** [B, m]. */
  ineqDual: tf.Tensor2D;
  /** [B, k]. */
  eqDual: tf.Tensor2D;
  /** [B, m]. */
  slack: tf.Tensor2D;
  /** [B, m], int32: 0 inactive, 1 active, 2 weakly active (neither multiplier nor slack is clearly above zero). */
  activity: tf.Tensor2D;
  /** [B], int32. */
  status: tf.Tensor1D;
  /** [B], int32. */
  iterations: tf.Tensor1D;
  /** Shape [B]: the largest relative KKT error. */
  residual: tf.Tensor1D;
  /** Shape [B, n]: a direction of unbounded descent if the status is 2, else zero. */
  certificateX: tf.Tensor2D;
  /** Shape [B, m]: the part for the inequalities of a Farkas ray (proof of infeasibility) if the status is 1, else zero. */
  certificateIneq: tf.Tensor2D;
  /** Shape [B, k]: the part of that ray for the equalities, if the status is 1, else zero. */
  certificateEq: tf.Tensor2D;
};
