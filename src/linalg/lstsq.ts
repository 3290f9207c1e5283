/** @file Least-squares solutions of least norm. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape} from '../autodiff/index.js';
import {runLstsq, type Call} from '../kernels/index.js';
import {asOperation, toMatrices, toRightSide, type Values} from './inputs.js';
import {outerSum, sumTo} from './products.js';
import {record} from './record.js';

/** The options of `linalg.lstsq`. */
export interface LstsqOptions {
  /**
   * Decides the rank: in a QR factorisation with column pivoting, a column whose remainder is no longer than this times the
   * longest column counts as dependent. Default max(m, n)·2⁻²³, the rounding of f32 data.
   */
  rcond?: number | undefined;
}

const NAMES: Names<LstsqOptions> = {rcond: 0};

/**
 * The x with the smallest ‖a x − b‖, and the shortest of these if there are several: the pseudo-inverse of a, times b.
 *
 * The gradient assumes that the rank does not change. This is true near a matrix of full rank, tall or wide; otherwise the
 * solution is not continuous in a, and the gradient is that along changes of a that keep its rank.
 *
 * @param a [..., m, n]; batch axes broadcast against those of b.
 * @param b [..., m, k], or [m], one vector for all matrices.
 * @returns [..., n, k], or [..., n] for a vector b. Differentiable in a and b.
 * @throws If an entry is not finite.
 * @see Golub & Pereyra 1973, The differentiation of pseudo-inverses and nonlinear least squares problems, theorem 4.3.
 */
export function lstsq<T extends tf.Tensor = tf.Tensor>(a: Values, b: Values, options: LstsqOptions = {}): T {
  const {rcond} = checkOptions('linalg.lstsq', options, NAMES);
  const caller = 'linalg.lstsq';
  return asOperation(() => {
    const A = toMatrices(a, 'a', caller);
    const [m, n] = A.shape.slice(-2);
    const cutoff = rcond ?? Math.max(m, n) * 2 ** -23;
    if (!(cutoff >= 0 && cutoff < 1)) throw new Error(`${caller}: rcond must lie in [0, 1), got ${cutoff}.`);
    const {b: B, restore} = toRightSide(b, A, m, caller);
    return restore(leastSquares(A, B, {rcond: cutoff, adjoint: false}, {caller})[0]);
  }) as T;
}

/** [x, b − M x] with x = M⁺ b, for M = a or its transpose. */
function leastSquares(
  a: tf.Tensor,
  b: tf.Tensor,
  options: {rcond: number; adjoint: boolean},
  call: Call,
): tf.Tensor[] {
  const {adjoint} = options;
  return record({
    name: 'LeastSquares',
    values: offTape(() => runLstsq(a, b, options, call)),
    inputs: [a, b],
    gradient: ([dx, dr], [x, r], [A]) => {
      const inner = {...call, cotangent: true};
      const transposed = {...options, adjoint: !adjoint};
      // y = M⁺ᵀdx, s = (I − M⁺M) dx; w = M⁺ᵀx; z = M⁺(y − dr), t = (I − M M⁺)(y − dr).
      const [y, s] = leastSquares(A, dx, transposed, inner);
      const [w] = leastSquares(A, x, transposed, inner);
      const [z, t] = leastSquares(A, tf.sub(y, dr), options, inner);
      const own = a.shape.slice(0, -2);
      const outer = (u: tf.Tensor, v: tf.Tensor) => (adjoint ? outerSum(v, u, own) : outerSum(u, v, own));
      const dA = tf.add(tf.add(outer(tf.sub(t, y), x), outer(r, z)), outer(w, s));
      return [dA, sumTo(tf.sub(y, t), b.shape.slice(0, -2))];
    },
  });
}
