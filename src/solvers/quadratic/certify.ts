/** @file Measures how good a solution of a quadratic program is, for the result of any solver. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../autodiff/index.js';
import {hostShouldRead, runCertifyQP, type CertifiedTensors} from '../../kernels/index.js';
import {asRows} from './parts/bounds.js';
import {sparseSolvingFor} from './parts/sparse-solving.js';
import {normalize, type QPInput, type QPProblem} from './qp-input.js';

/** The result of a solver, such as `solveQP`. The shapes follow the problem: with the batch axis first, or without it. */
export interface QPPoint {
  /** [B, n] or [n]. */
  x: tf.Tensor | tf.TensorLike;
  /** λ ≥ 0, [B, m] or [m]; optional if there are no inequalities. */
  ineqDual?: tf.Tensor | tf.TensorLike | undefined;
  /** ν, [B, k] or [k]; optional if there are no equalities. */
  eqDual?: tf.Tensor | tf.TensorLike | undefined;
  /** z_l ≥ 0, [B, n] or [n]; optional without lower bounds. */
  lowerDual?: tf.Tensor | tf.TensorLike | undefined;
  /** z_u ≥ 0, [B, n] or [n]; optional without upper bounds. */
  upperDual?: tf.Tensor | tf.TensorLike | undefined;
}

/** Relative errors; rounding a solution to float32 alone causes about 1e-7. Not differentiable. */
export type QPCertificate = {
  /** Shape [B]: the largest error of the sample. `solveQP` gives status 0 only if this is at most 2⁻²⁰ (about 1e-6). */
  residual: tf.Tensor;
  /**
   * Shape [B, m + k]: the violation of each inequality, or its error in complementarity; then the error of each equality. After them come
   * n entries for `lower` and n for `upper`, if they are given.
   */
  rows: tf.Tensor;
  /** Shape [B, n]: the error of stationarity, variable by variable. */
  columns: tf.Tensor;
};

/**
 * How far points are from solving min ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b, lower ≤ x ≤ upper. `solveQP` sets its status from this number.
 *
 * Each condition is measured relative to its own terms, in the units of the given problem, in float64 if the host can read
 * tensors:
 *
 *     stationarity    |(Qx + p + Gᵀλ + Aᵀν)ⱼ| / (|Qⱼ||x| + |pⱼ| + |Gᵀ|ⱼλ + |Aᵀ|ⱼ|ν|)
 *     feasibility     (Gx − h)ᵢ / (|Gᵢ||x| + |hᵢ|), and the same for |Ax − b|
 *     complementarity the smaller of the multiplier and the slack, relative to those terms
 *
 * Bounds are rows like those of G: −x ≤ −lower and x ≤ upper.
 *
 * If the error exceeds 2⁻²⁰, an entry that is close to zero because terms cancel counts as a hundredth of its neighbours in a
 * row, because it cannot be more accurate than their rounding. A right-hand side of 1e20 or more is no bound.
 *
 *     certify({Q: [[1]], p: [-3], G: [[1]], h: [2]}, {x: [2], ineqDual: [1]}).residual; // 0
 *
 * @throws If shapes do not fit, or x is missing.
 */
export function certify<T extends QPInput>(problem: QPProblem<T>, result: QPPoint): QPCertificate {
  if (result?.x == null) {
    throw new Error(
      'certify: x is missing in the result; expected {x, ineqDual?, eqDual?, lowerDual?, upperDual?}, as solveQP returns.',
    );
  }
  const sparse = sparseSolvingFor<SparseCertifying>(problem, 'certify');
  if (sparse) return sparse.certify(problem, result);
  return tf.tidy(() =>
    offTape(() => {
      const {data, batched} = normalize(problem, 'certify');
      const [m, k] = [data.G.shape[1]!, data.A.shape[1]!];
      const point = pointOf(result, {batch: data.p.shape[0], n: data.Q.shape[2]!, m, k}, data);
      return certificateOf(certified({...data, ...point}, m, k), batched);
    }),
  );
}

/** The same for problems with sparse matrices. */
export interface SparseCertifying {
  certify(problem: QPInput, result: QPPoint): QPCertificate;
}

/** The point as tensors: x [B, n], ineqDual with the multipliers of the bounds after the m others, and eqDual [B, k]. */
export function pointOf(
  result: QPPoint,
  {batch, n, m, k}: Record<'batch' | 'n' | 'm' | 'k', number>,
  {lower, upper}: {lower?: unknown; upper?: unknown},
): Record<'x' | 'ineqDual' | 'eqDual', tf.Tensor> {
  const point = (name: keyof QPPoint, width: number) => {
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
  const duals = [point('ineqDual', m)];
  if (lower) duals.push(point('lowerDual', n));
  if (upper) duals.push(point('upperDual', n));
  return {x: point('x', n), ineqDual: tf.concat(duals, 1), eqDual: point('eqDual', k)};
}

/** The quotients, without the batch axis if the problem has none. */
export function certificateOf(quotients: QPCertificate, batched: boolean): QPCertificate {
  if (batched) return quotients;
  const {residual, rows, columns} = quotients;
  return {
    residual: tf.squeeze(residual, [0]),
    rows: tf.squeeze(rows, [0]),
    columns: tf.squeeze(columns, [0]),
  };
}

/** The quotients, with those of bounds after the others. */
function certified(
  {x, ineqDual, eqDual, ...data}: CertifiedTensors,
  m: number,
  k: number,
): ReturnType<typeof runCertifyQP> {
  const isBounded = data.lower || data.upper;
  if (!isBounded || hostShouldRead()) return runCertifyQP({...data, x, ineqDual, eqDual});
  const {rows, ...others} = runCertifyQP({...asRows(data), x, ineqDual, eqDual});
  const bounds = ineqDual.shape[1]! - m;
  const part = (from: number, size: number) => tf.slice(rows, [0, from], [-1, size]) as tf.Tensor2D;
  const parts = [part(0, m), part(m + bounds, k), part(m, bounds)].filter(({size}) => size > 0);
  return {...others, rows: tf.concat(parts, 1)};
}
