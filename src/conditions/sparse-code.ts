/** @file The fixed point of sparse coding, with a Jacobian that contains its support (the non-zero entries). */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, type Names} from '../checks/index.js';
import {offTape, vjpOf} from '../autodiff/index.js';
import {fromFunctions, type SupportOperator} from '../linsolve/index.js';
import {proximalGradient, type FixedPointCondition, type Prox} from './proximal-gradient.js';

/** Numbers, or tensors that broadcast with the variable. */
export type ElasticNetParams = {
  /** Weight of ‖z‖₁. */
  l1: number | tf.Tensor;
  /** Weight of ½‖z‖². */
  l2: number | tf.Tensor;
};

export const ELASTIC_NET: Names<ElasticNetParams> = {l1: 1, l2: 1};

/** A prox is flat or of slope 1/(1 + η l2); nearer than this to the latter is rounding. */
const ROUNDING = 1e-6;

/**
 * F = T − z with T = prox(z − ηDᵀ(Dz − x)), zero at argmin ½‖x − Dz‖² + l1‖z‖₁ + ½ l2‖z‖²: z [B, units], D [n, units],
 * x [B, n]; η is 1/L for a bound L on the largest eigenvalue of DᵀD.
 *
 * The parameters of the condition are ({l1, l2}, D, x).
 *
 * @param prox That of the penalty: soft thresholding, divided by 1 + η l2.
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 7.
 */
export function sparseCode(
  prox: Prox<tf.Tensor, ElasticNetParams>,
): FixedPointCondition<tf.Tensor, [ElasticNetParams, tf.Tensor, tf.Tensor]> {
  checkFunction('conditions.sparseCode', 'prox', prox);
  const gradient = codeGradient;
  const condition = proximalGradient<tf.Tensor, ElasticNetParams, [tf.Tensor, tf.Tensor]>({gradient}, prox, {
    stepSize: (D) => inverseLipschitz(D),
  });
  condition.linearize = (z, params, D, x) => {
    const {step, slope, weight} = offTape(() => {
      const eta = inverseLipschitz(D);
      const moved = tf.sub(z, tf.mul(eta, gradient(z, D, x)));
      const derivative = vjpOf(() => [prox(moved, params, eta)], [moved], [tf.onesLike(moved)])[0];
      const share = tf.mul(derivative, tf.add(1, tf.mul(eta, params.l2)));
      const exact = tf.less(tf.abs(tf.sub(share, 1)), ROUNDING);
      return {step: eta, slope: derivative, weight: tf.where(exact, tf.onesLike(share), share)};
    });
    const l2 = perEntry(params.l2, z.shape[1]!);
    const flat = (v: tf.Tensor) => tf.reshape(v, z.shape);
    const operator: SupportOperator = {
      ...fromFunctions({
        apply: (v) => {
          const curved = tf.mul(step, matMul(matMul(flat(v), D, true), D));
          return tf.reshape(tf.sub(tf.mul(slope, tf.sub(flat(v), curved)), flat(v)), v.shape);
        },
        applyTranspose: (v) => {
          const share = tf.mul(slope, flat(v));
          const curved = tf.mul(step, matMul(matMul(share, D, true), D));
          return tf.reshape(tf.sub(tf.sub(share, curved), flat(v)), v.shape);
        },
        dispose: () => tf.dispose([step, slope, weight, l2]),
      }),
      materialize: () =>
        tf.tidy(() => {
          const unit = tf.eye(z.shape[1]!);
          const gram = matMul(tf.transpose(D), tf.transpose(D), true);
          return tf.sub(
            tf.mul(tf.expandDims(slope, 2), tf.sub(unit, tf.mul(step, gram))),
            unit,
          ) as tf.Tensor3D;
        }),
      support: {dictionary: D, weight, l2, step},
    };
    return operator;
  };
  return condition;
}

/** Dᵀ(Dz − x) for each sample. */
export function codeGradient(z: tf.Tensor, D: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return matMul(tf.sub(matMul(z, D, true), x), D);
}

/** A weight as [B | 1, units]. */
export function perEntry(weight: number | tf.Tensor, units: number): tf.Tensor {
  return offTape(() => {
    const tensor = tf.cast(typeof weight === 'number' ? tf.scalar(weight) : weight, 'float32');
    return tf.broadcastTo(tensor, [tensor.rank === 2 ? tensor.shape[0] : 1, units]);
  });
}

/**
 * 1/L with L ≥ λmax(DᵀD): the least of the bounds ‖DᵀD‖₁ and ‖D‖²_F. The solution does not depend on the step, so no
 * gradient flows through it.
 */
export function inverseLipschitz(D: tf.Tensor): tf.Tensor {
  return offTape(() => {
    const gram = tf.matMul(D as tf.Tensor2D, D as tf.Tensor2D, true);
    const bound = tf.minimum(tf.max(tf.sum(tf.abs(gram), 0)), tf.sum(tf.square(D)));
    return tf.div(1, tf.maximum(bound, 1e-12));
  });
}

function matMul(a: tf.Tensor, b: tf.Tensor, transposeB = false): tf.Tensor {
  return tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, false, transposeB);
}
