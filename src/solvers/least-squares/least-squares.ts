/** @file The common part of the methods for nonlinear least squares: residuals and their Jacobian as rows. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, renamed} from '../../checks/index.js';
import {
  flatten,
  madeOf,
  marked,
  offTape,
  pullbackOf,
  recordOp,
  unflatten,
  type Parameter,
  type Structure,
} from '../../autodiff/index.js';
import {gradientOf, stationary} from '../../conditions/index.js';
import {packingOf, type Condition} from '../../implicit/index.js';
import {areFinite, lstsq} from '../../linalg/index.js';
import {safeDivide} from '../../linsolve/index.js';
import {notFinite, PATIENCE, sizesOf, type Watch} from '../iteration/stopping.js';
import {valueOf, type AuxObjective} from '../iteration/problem.js';
import type {Tolerances} from '../iteration/tolerances.js';
import {fill} from '../../kernels/index.js';

/** The residuals r of a problem min_x ½‖r(x, ...params)‖², as `fun`. */
export type LeastSquaresProblem<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> =
  | {
      /** r(x, ...params), [B, m] (or [m] for `batched: false`). Or {value, aux}: `run` returns `aux` as it is at the solution. */
      fun: AuxObjective<X, P>;
    }
  | {
      /** @deprecated It is `fun` now. */
      residual: AuxObjective<X, P>;
    };

/** The data inside the problem type. */
export interface Residuals<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> {
  residual: (x: X, ...params: P) => tf.Tensor;
  /** ½‖r‖² for each sample, and the aux that was returned with r. */
  objective: AuxObjective<X, P>;
}

/** @throws If the problem is not {fun}. */
export function residualsOf<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  className: string,
  problem: LeastSquaresProblem<X, P>,
  {batched = true}: {batched?: boolean | undefined},
): Residuals<X, P> {
  type Given = {fun: AuxObjective<X, P>};
  const given = renamed(className, problem, {residual: 'fun'}) as Given;
  const {fun} = checkOptions(className, given, {fun: 1}, 'entry');
  checkFunction(className, 'fun', fun);
  const own = marked(fun);
  return {
    residual: madeOf((x, ...params) => valueOf(own(x, ...params)), own),
    objective: (x, ...params) => {
      const result = fun(x, ...params);
      const r = valueOf(result);
      const rows = tf.reshape(r, [batched ? r.shape[0] : 1, -1]);
      const value = tf.mul(0.5, tf.sum(tf.square(rows), 1));
      return 'aux' in result ? {value, aux: result.aux} : value;
    },
  };
}

/** ∇ ½‖r(x, ...params)‖² = 0. */
export function leastSquaresCondition<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>({
  residual,
}: Pick<Residuals<X, P>, 'residual'>): Condition<X, P> {
  const value = (x: X, ...params: P) => tf.mul(0.5, tf.sum(tf.square(residual(x, ...params))));
  return stationary<X, P>(madeOf(value, residual));
}

/** r [B, m] and ∂r/∂x [B, m, n] at x; not differentiated. */
export function linearization<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  {residual}: Residuals<X, P>,
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

/**
 * The s that minimises ‖J s + r‖, [B, n], by orthogonal factorisations in f64; if there are several, the one with the least ‖s ∘ units‖.
 * NaN for a sample that is not finite. Off the tape.
 */
export function leastSquaresStep(J: tf.Tensor3D, r: tf.Tensor2D, units: tf.Tensor2D): tf.Tensor2D {
  return offTape(() => {
    const right = tf.expandDims(tf.neg(r), 2);
    const good = tf.cast(tf.mul(areFinite(J, 2), areFinite(right, 2)), 'bool');
    const finite = (values: tf.Tensor) =>
      tf.where(tf.broadcastTo(good, values.shape), values, tf.zerosLike(values));
    const [batch, , n] = J.shape;
    const inverse = tf.expandDims(safeDivide(tf.onesLike(units), units), 2);
    const scaled = finite(tf.mul(J, tf.reshape(inverse, [batch, 1, n])));
    const step = tf.mul(lstsq(scaled, finite(right)), inverse);
    return tf.squeeze(tf.where(tf.broadcastTo(good, step.shape), step, fill(step.shape, NaN)), [2]);
  }) as tf.Tensor2D;
}

/**
 * −(AᵀA)⁺g, with the value `step`: for an unrolled gradient, with A as a constant. g is Jᵀr, and A is J, or J with the damping rows below
 * it.
 */
export function normalStep(
  step: tf.Tensor2D,
  g: tf.Tensor2D,
  A: tf.Tensor3D,
  units: tf.Tensor2D,
): tf.Tensor2D {
  const none = (tensors: tf.Tensor[]) => tensors.map((tensor) => tf.zerosLike(tensor));
  const solve = (v: tf.Tensor, [matrix, scale]: tf.Tensor[]): tf.Tensor =>
    recordOp({
      name: 'NormalStep',
      values: [offTape(() => normalSolution(v, matrix as tf.Tensor3D, scale as tf.Tensor2D))],
      inputs: [v, matrix, scale],
      gradient: ([dy], _outputs, [, ...again]) => [solve(dy, again), ...none(again)],
    })[0];
  const [recorded] = recordOp({
    name: 'NormalStep',
    values: [step],
    inputs: [g, A, units],
    gradient: ([dy], _outputs, [, ...again]) => [tf.neg(solve(dy, again)), ...none(again)],
  });
  return recorded as tf.Tensor2D;
}

/** (AᵀA)⁺v, by two orthogonal factorisations. */
function normalSolution(v: tf.Tensor, A: tf.Tensor3D, units: tf.Tensor2D): tf.Tensor {
  const [batch, m, n] = A.shape;
  const inverse = safeDivide(tf.onesLike(units), units);
  const scaled = tf.mul(A, tf.reshape(inverse, [batch, 1, n]));
  const finite = tf.where(tf.isFinite(scaled), scaled, tf.zerosLike(scaled));
  const half = lstsq(tf.transpose(finite, [0, 2, 1]), tf.reshape(tf.mul(v, inverse), [batch, n, 1]));
  return tf.mul(tf.reshape(lstsq(finite, tf.reshape(half, [batch, m, 1])), [batch, n]), inverse);
}

/** Jᵀr [B, n] as a gradient that can be differentiated again. */
export function slopeOf<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  {residual}: Residuals<X, P>,
  x: X,
  params: P,
  batched: boolean,
): tf.Tensor2D {
  const packing = packingOf(flatten(x), batched);
  const gradient = gradientOf<X, P>((at, ...rest) => tf.mul(0.5, tf.sum(tf.square(residual(at, ...rest)))));
  return packing.pack(flatten(gradient(x, ...params)));
}

/**
 * MINPACK's tests, one column each: the cosine between r and the columns of J, at most the tolerance at a solution; or, if r is small or
 * rounding hides it, Jᵀr compared with its terms |J|ᵀ(|r| + |J| X), with a step within the tolerance of x (or ten steps tried).
 *
 * @see Moré, Garbow & Hillstrom 1980, User guide for MINPACK-1: gtol and xtol of lmder.
 */
export function leastSquaresTest(
  {x, r, J, step}: {x: tf.Tensor2D; r: tf.Tensor2D; J: tf.Tensor3D; step: tf.Tensor},
  watch: Watch,
  {tolerance, absoluteTolerance}: Tolerances,
): {residual: tf.Tensor1D; watch: Watch} {
  return offTape(() => {
    const largest = tf.maximum(watch.largest, tf.abs(x));
    const sizes = sizesOf(x, largest);
    const times = (M: tf.Tensor, v: tf.Tensor, transposed: boolean) =>
      tf.squeeze(tf.matMul(M, tf.expandDims(v, 2), transposed), [2]);
    const slope = times(J, r, true);
    const beyond = tf.relu(tf.sub(tf.abs(slope), absoluteTolerance));
    const sharp = tf.mul(columnNorms(J), columnNorms(tf.expandDims(r, 2) as tf.Tensor3D));
    const cosine = tf.max(safeDivide(beyond, sharp), 1, true);
    const rows = tf.add(tf.abs(r), times(tf.abs(J), sizes, false));
    const share = tf.max(safeDivide(beyond, times(tf.abs(J), rows, true)), 1, true);
    const length = tf.abs(step);
    const move = tf.max(safeDivide(length, tf.add(length, sizes)), 1, true);
    const within = tf.lessEqual(share, tolerance);
    const held = tf.where(within, tf.add(watch.held, 1), tf.zerosLike(watch.held));
    const patient = tf.logicalOr(tf.lessEqual(move, tolerance), tf.greaterEqual(held, PATIENCE));
    const waiting = tf.logicalAnd(within, tf.logicalNot(patient));
    const measure = tf.minimum(cosine, tf.where(waiting, tf.maximum(move, share), share));
    const lost = notFinite(x, r, slope, step);
    return {
      residual: tf.reshape(tf.where(lost, fill(measure.shape, NaN), measure), [-1]),
      watch: {...watch, largest, held},
    } as unknown as tf.TensorContainerObject;
  }) as unknown as {residual: tf.Tensor1D; watch: Watch};
}

/** ‖Jⱼ‖, [B, n], without overflow. */
export function columnNorms(J: tf.Tensor3D): tf.Tensor2D {
  const top = tf.max(tf.abs(J), 1, true);
  const unit = tf.where(tf.greater(top, 0), top, tf.onesLike(top));
  const norms = tf.mul(unit, tf.sqrt(tf.sum(tf.square(tf.div(J, unit)), 1, true)));
  return tf.squeeze(norms, [1]) as tf.Tensor2D;
}
