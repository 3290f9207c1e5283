/** @file Reports the samples whose gradients are not right because their linear system was not solved. */
import * as tf from '@tensorflow/tfjs-core';
import {isOnHost} from '../kernels/index.js';
import {canLook, shouldLook} from '../programs/index.js';
import {offTape} from '../autodiff/index.js';
import type {LinearSolver, Operator, SolveInfo} from '../linsolve/index.js';
import {reportFailures} from './report.js';
import type {OnFailure} from './types.js';
import {Status} from './types.js';

/** The name of the caller that computes a gradient, and what happens if its linear system is not solved. */
export interface GradientPolicy {
  where: string;
  onFailure: OnFailure;
}

/** A linear solve of a gradient, on rows [B, n]: A u = b, or Aᵀu = b. */
export interface GradientSolve {
  operator: Operator;
  transpose: boolean;
  b: tf.Tensor2D;
  u: tf.Tensor2D;
  info: SolveInfo;
  /** In reverse mode, maps a cotangent u of F to the cotangents of the parameters. */
  pullback?: ((u: tf.Tensor2D) => tf.Tensor[]) | undefined;
}

/** A relative residual up to this is within f32 accuracy, even if the linear solver has a smaller tolerance. */
const ROUNDING = 1e-5;

/** A relative residual beyond this is not a solution, even if it cannot be smaller. */
const UNSOLVED = 1e-3;

/**
 * u with zero for the samples that are not finite; samples that were not solved are reported. If the host cannot read tensors,
 * nothing is reported.
 *
 * @throws With 'throw'.
 */
export function checkedSolution(
  {className, truncated}: LinearSolver,
  {where, onFailure}: GradientPolicy,
  solve: GradientSolve,
): tf.Tensor2D {
  if (!canLook()) return solve.u;
  if (onFailure !== 'throw' && !isOnHost(solve.info.residual)) return finite(solve.u);
  const residual = solve.info.residual.dataSync();
  const converged = solve.info.converged.dataSync();
  const isSolved = (i: number) =>
    truncated
      ? Number.isFinite(residual[i])
      : residual[i] <= ROUNDING || (residual[i] <= UNSOLVED && converged[i] === 1);
  const unsolved = Array.from(residual, (_, i) => !isSolved(i));
  if (!unsolved.includes(true)) return solve.u;
  const [u, broken] = withoutNonFinite(solve.u);
  const excused = undeterminedOnly(unsolved, {...solve, u});
  const codes = unsolved.map((flag, i) =>
    broken[i] || (flag && !excused[i]) ? Status.NUMERICAL_ERROR : Status.SOLVED,
  );
  const notFinite = broken.includes(true);
  const reason = (_code: number, sample: number) =>
    broken[sample]
      ? 'has a Jacobian or an incoming gradient that is not finite'
      : `was not solved by linsolve.${className}: the relative residual is ${residual[sample].toPrecision(2)}`;
  const consequence =
    'Such a sample gets the gradient from the best solution that was found, or zero if that is not finite. ' +
    'Try another linear solver ({linsolve: linsolve.lu()}, qr() or normalCg()) or more iterations of it. If ∂₁F ' +
    'is singular, the solution is not differentiable; adding a small multiple of x to F makes it differentiable.';
  const what = "gradient's linear system";
  const kind = `gradient ${className} ${notFinite}`;
  reportFailures(
    {where, codes, reason, consequence, what, kind, page: 'debugging#gradients-that-are-not-solved'},
    onFailure,
  );
  return u;
}

/** The rows, with zeros for those that are not finite, and which rows these are. */
function withoutNonFinite(u: tf.Tensor2D): [tf.Tensor2D, boolean[]] {
  const [batch, n] = u.shape;
  const values = Float32Array.from(u.dataSync());
  const broken = Array.from({length: batch}, (_, i) => {
    const row = values.subarray(i * n, (i + 1) * n);
    if (row.every(Number.isFinite)) return false;
    row.fill(0);
    return true;
  });
  return [broken.includes(true) ? tf.tensor2d(values, [batch, n]) : u, broken];
}

/** ‖A r‖ ≤ this·‖A‖‖r‖ means that r is orthogonal to the range of A. */
const ORTHOGONAL = 1e-3;

/** r counts as having no effect on the parameters if its effect is at most this fraction of the effect of any vector of the same size. */
const UNSEEN = 1e-2;

/**
 * In reverse mode, a cotangent b may depend on something that x does not determine (for example the position of a crystal, and not only
 * its shape). The part of b outside the range of A, the residual r, is ignored: u has least norm. If rᵀ∂₂F is zero, then no parameter
 * moves F in that direction, solutions exist nearby, and this is the gradient of the solutions that move least. Returns which samples are
 * of this kind.
 */
function undeterminedOnly(
  unsolved: boolean[],
  {operator, transpose, b, u, pullback}: GradientSolve,
): boolean[] {
  const none = unsolved.map(() => false);
  if (!pullback) return none;
  return tf.tidy(() => {
    const product = (v: tf.Tensor2D, transposed: boolean) =>
      (transposed ? operator.applyTranspose(v) : operator.apply(v)) as tf.Tensor2D;
    const r = tf.sub(b, product(u, transpose)) as tf.Tensor2D;
    const [lengths, reached] = [r, product(r, !transpose)].map(normsOf);
    const [batch, n] = r.shape;
    const noise = Float32Array.from({length: batch * n}, (_, i) => Math.sin(12.9898 * i + 78.233));
    const probe = tf.tensor2d(noise, [batch, n]);
    const [probeLengths, probeReached] = [probe, product(probe, !transpose)].map(normsOf);
    const apart = unsolved.map((flag, i) => {
      const gain = probeReached[i] / probeLengths[i];
      return flag && lengths[i] < Infinity && reached[i] <= ORTHOGONAL * gain * lengths[i];
    });
    if (!apart.includes(true)) return none;
    const of = (v: tf.Tensor2D, factor: (i: number) => number) =>
      sizeOf(
        pullback(
          tf.mul(
            v,
            tf.tensor2d(
              apart.map((flag, i) => (flag ? factor(i) : 0)),
              [batch, 1],
            ),
          ),
        ),
      );
    const seen = of(r, () => 1);
    const couldBe = of(probe, (i) => lengths[i] / probeLengths[i]);
    return seen <= UNSEEN * couldBe ? apart : none;
  });
}

/** The norm of each row. */
function normsOf(rows: tf.Tensor2D): number[] {
  return tf.unstack(rows).map((row) => sizeOf([row]));
}

/** Zero in place of what is not finite, without a look. */
function finite<T extends tf.Tensor>(tensor: T): T {
  const isFinite = offTape(() => tf.isFinite(tensor));
  return tf.where(isFinite, tensor, tf.zerosLike(tensor)) as T;
}

function sizeOf(tensors: tf.Tensor[]): number {
  let sum = 0;
  for (const tensor of tensors) for (const value of tensor.dataSync()) sum += value * value;
  return Math.sqrt(sum);
}

/**
 * The gradients of the parameters, with zero for entries that are not finite (because ∂₂F is not finite there); these are
 * reported.
 *
 * @throws With 'throw'.
 */
export function checkedGradients({where, onFailure}: GradientPolicy, gradients: tf.Tensor[]): tf.Tensor[] {
  if (!canLook()) return gradients;
  if (onFailure !== 'throw' && !shouldLook()) return gradients.map(finite);
  const broken = gradients.map((gradient) => {
    // Zero times a value that is not finite is NaN, and the sum would be NaN too.
    return !Number.isFinite(offTape(() => tf.sum(tf.mul(gradient, 0))).dataSync()[0]);
  });
  if (!broken.includes(true)) return gradients;
  const codes = broken.map((flag) => (flag ? Status.NUMERICAL_ERROR : Status.SOLVED));
  const reason = () =>
    'has entries that are not finite, because the derivative of F is infinite or NaN there';
  const consequence = 'Such entries are zero.';
  reportFailures({where, codes, reason, consequence, what: 'gradient', each: 'that of parameter'}, onFailure);
  return gradients.map((gradient, i) => {
    if (!broken[i]) return gradient;
    const flags = Uint8Array.from(gradient.dataSync(), (value) => Number(Number.isFinite(value)));
    const finite = tf.tensor(flags, gradient.shape, 'bool');
    return tf.where(finite, gradient, tf.zerosLike(gradient));
  });
}
