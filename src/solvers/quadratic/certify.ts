/** @file Judges the solution of a quadratic program, whoever found it. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../autodiff/index.js';
import {runCertifyQP} from '../../kernels/index.js';
import {normalize, type QPInput, type QPProblem} from './qp-input.js';

/** What a solver returned; `solveQP`'s result is one. Shapes as the problem's: with the batch in front, or without. */
export interface QPPoint {
  /** [B, n] or [n]. */
  x: tf.Tensor | tf.TensorLike;
  /** λ ≥ 0, [B, m] or [m]; may be left out without inequalities. */
  ineqDual?: tf.Tensor | tf.TensorLike | undefined;
  /** ν, [B, k] or [k]; may be left out without equalities. */
  eqDual?: tf.Tensor | tf.TensorLike | undefined;
}

/** Relative errors; about 1e-7 is what rounding a solution to float32 costs. Not differentiable. */
export type QPCertificate = {
  /** Shape [B]: the largest of the sample's errors. `solveQP` gives status 0 only at 2⁻²⁰ (about 1e-6) or less. */
  residual: tf.Tensor;
  /** Shape [B, m + k]: each inequality's violation, or its failing complementarity; then each equality's error. */
  rows: tf.Tensor;
  /** Shape [B, n]: the error of stationarity, variable by variable. */
  columns: tf.Tensor;
};

/**
 * How far points are from solving min ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b: the number that `solveQP` decides its status by.
 *
 * Each condition is measured against the terms that it is made of, in the units of the problem as given, computed in float64 where
 * the host can read:
 *
 *     stationarity    |(Qx + p + Gᵀλ + Aᵀν)ⱼ| / (|Qⱼ||x| + |pⱼ| + |Gᵀ|ⱼλ + |Aᵀ|ⱼ|ν|)
 *     feasibility     (Gx − h)ᵢ / (|Gᵢ||x| + |hᵢ|), likewise |Ax − b|
 *     complementarity the smaller of the multiplier's and the slack's part in those terms
 *
 * Where that exceeds 2⁻²⁰, an entry that is close to zero by cancellation counts for a hundredth of what its neighbours in a row
 * are made of: it cannot be better than their rounding. A right-hand side of 1e20 or more is no bound.
 *
 *     certify({Q: [[1]], p: [-3], G: [[1]], h: [2]}, {x: [2], ineqDual: [1]}).residual; // 0
 *
 * @throws If shapes do not fit, or x is missing.
 */
export function certify<T extends QPInput>(problem: QPProblem<T>, result: QPPoint): QPCertificate {
  if (result?.x == null) {
    throw new Error(
      'certify: x is missing in the result; expected {x, ineqDual?, eqDual?}, as solveQP returns.',
    );
  }
  return tf.tidy(() =>
    offTape(() => {
      const {data, batched} = normalize(problem, 'certify');
      const batch = data.p.shape[0];
      const point = (name: 'x' | 'ineqDual' | 'eqDual', width: number) => {
        const given = result[name];
        if (given == null) {
          if (width === 0) return tf.zeros([batch, 0]);
          throw new Error(
            `certify: ${name} is missing in the result; expected shape [${width}] or [B, ${width}].`,
          );
        }
        const tensor = tf.cast(given instanceof tf.Tensor ? given : tf.tensor(given), 'float32');
        const lifted = tensor.rank === 1 ? tf.expandDims(tensor, 0) : tensor;
        if (lifted.rank !== 2 || lifted.shape[1] !== width || ![1, batch].includes(lifted.shape[0])) {
          throw new Error(
            `certify: ${name} must have shape [${width}] or [${batch}, ${width}], got [${tensor.shape}].`,
          );
        }
        return lifted.shape[0] === batch ? lifted : tf.tile(lifted, [batch, 1]);
      };
      const quotients = runCertifyQP({
        ...data,
        x: point('x', data.Q.shape[2]!),
        ineqDual: point('ineqDual', data.G.shape[1]!),
        eqDual: point('eqDual', data.A.shape[1]!),
      });
      if (batched) return quotients as QPCertificate;
      const {residual, rows, columns} = quotients;
      return {
        residual: tf.squeeze(residual, [0]),
        rows: tf.squeeze(rows, [0]),
        columns: tf.squeeze(columns, [0]),
      };
    }),
  );
}
