/** @file What the methods for nonlinear least squares share: residuals and their Jacobian on rows. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../checks/index.js';
import {flatten, offTape, pullbackOf, unflatten, type Parameter, type Structure} from '../autodiff/index.js';
import {stationary} from '../conditions/index.js';
import {packingOf, type Condition} from '../implicit/index.js';
import {areFinite, lstsq} from '../linalg/index.js';

export interface LeastSquaresProblem<X extends Structure, P extends Parameter[]> {
  /** r(x, ...params), [B, m] (or [m] for `batched: false`). */
  residual: (x: X, ...params: P) => tf.Tensor;
}

const PROBLEM: Names<LeastSquaresProblem<Structure, Parameter[]>> = {residual: 1};

/** @throws If the problem is not {residual}. */
export function checkLeastSquares<X extends Structure, P extends Parameter[]>(
  className: string,
  problem: LeastSquaresProblem<X, P>,
): void {
  checkFunction(className, 'residual', checkOptions(className, problem, PROBLEM, 'entry').residual);
}

/** ∇ ½‖r(x, ...params)‖² = 0. */
export function leastSquaresCondition<X extends Structure, P extends Parameter[]>({
  residual,
}: LeastSquaresProblem<X, P>): Condition<X, P> {
  return stationary<X, P>((x, ...params) => tf.mul(0.5, tf.sum(tf.square(residual(x, ...params)))));
}

/** r [B, m] and ∂r/∂x [B, m, n] at x; not differentiated. */
export function linearization<X extends Structure, P extends Parameter[]>(
  {residual}: LeastSquaresProblem<X, P>,
  x: X,
  params: P,
  batched: boolean,
): {r: tf.Tensor2D; J: tf.Tensor3D} {
  return offTape(() => {
    const packing = packingOf(flatten(x), batched);
    const [batch] = packing.shape;
    const leaves = flatten(x);
    const values = (at: tf.Tensor[]) => [tf.reshape(residual(unflatten(x, at), ...params), [batch, -1])];
    const pullback = pullbackOf(values, leaves);
    const m = pullback.outputs[0].shape[1]!;
    // Row i of every sample's Jacobian at once.
    const row = (i: number) => {
      const unit = tf.tensor2d([Array.from({length: m}, (_, j) => Number(i === j))]);
      return packing.pack(pullback.pull([tf.tile(unit, [batch, 1])]));
    };
    let rows: tf.Tensor2D[];
    try {
      rows = Array.from({length: m}, (_, i) => row(i));
    } finally {
      pullback.dispose();
    }
    const r = tf.reshape(residual(x, ...params), [batch, m]);
    return {r, J: tf.stack(rows, 1)} as unknown as tf.TensorContainerObject;
  }) as unknown as {r: tf.Tensor2D; J: tf.Tensor3D};
}

/** −J⁺r, [B, n], by orthogonal factorisations in f64; NaN for a sample that is not finite. */
export function leastSquaresStep(J: tf.Tensor3D, r: tf.Tensor2D): tf.Tensor2D {
  const right = tf.expandDims(tf.neg(r), 2);
  const good = offTape(() => tf.cast(tf.mul(areFinite(J, 2), areFinite(right, 2)), 'bool'));
  const finite = (values: tf.Tensor) =>
    tf.where(tf.broadcastTo(good, values.shape), values, tf.zerosLike(values));
  const step = lstsq(finite(J), finite(right));
  return tf.squeeze(tf.where(tf.broadcastTo(good, step.shape), step, tf.fill(step.shape, NaN)), [2]);
}
