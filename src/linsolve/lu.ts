/** @file LU with partial pivoting, in f64 on the host, in doubles of two f32 on WebGPU. */
import * as tf from '@tensorflow/tfjs-core';
import {factorLu, minimumNormSolve, runLstsq, runSolve, svd} from '../kernels/index.js';
import {directSolver} from './direct.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver} from './types.js';

/**
 * LU with partial pivoting, for any A; f64 between f32 tensors.
 *
 * A singular system gets the least-squares solution of minimum norm, by a singular value decomposition.
 */
export function lu(): LinearSolver {
  return directSolver('lu', {
    factorDense(a, n) {
      const solve = factorLu(a, n);
      if (solve) return solve;
      const decomposition = svd(a, n);
      return (b, transpose) => minimumNormSolve(decomposition, b, transpose);
    },
    solveOnDevice(matrices, b, transpose) {
      const call = {caller: 'linsolve.lu'};
      const x = runSolve(matrices, b, {positiveDefinite: false, adjoint: transpose}, call);
      const singular = tf.isNaN(tf.sum(x, [1, 2], true));
      const attributes = {rcond: SINGULAR, adjoint: transpose};
      const only = tf.cast(tf.reshape(singular, [-1]), 'float32');
      return tf.where(singular, runLstsq(matrices, b, attributes, call, only)[0], x);
    },
  });
}

/** Singular values below this, relative to the largest, count as zero. */
const SINGULAR = 1e-12;

registerLinearSolver('lu', lu);
