/** @file Checks that F is close to zero at the point that a user's solver returned. */
import * as tf from '@tensorflow/tfjs-core';
import {canLook} from '../programs/index.js';
import {flatten, flattenLike, offTape, unflatten, type Parameter, type Structure} from '../autodiff/index.js';
import {packingOf} from './packing.js';
import {reportFailures} from './report.js';
import {checkLikeX, type SystemOptions} from './system.js';
import {Status, type Condition} from './types.js';

/** Relative size of the changes of x and of the parameters that measure the terms of F. */
const CHANGE = 2 ** -7;

/** How many changes of x, and of the parameters, are tried: two, because a single one may happen to change little. */
const TRIALS = 2;

/** An entry of x below this fraction of the others is changed as if it were that large, because zero has no size. */
const SMALLEST = 1e-2;

/** A single entry of F is tested at this multiple of the tolerance, because its size is only a rough estimate. */
const SINGLE = 5;

/**
 * Reports samples in which F(x, ...params) is not small relative to its terms.
 *
 * The size of an entry of F is its change when x, and when the parameters change by random relative amounts, divided by these amounts. The
 * sizes do not depend on the units of F, x or the parameters. A sample is reported if ‖F‖ > tolerance·‖sizes‖ over all its entries, or
 * |Fᵢ| > 5·tolerance·sizeᵢ for one of them. If x is right up to a relative error ε, this ratio is about ε.
 *
 * @throws With 'throw'.
 */
export function checkRoot<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  condition: Condition<X, P>,
  {batched = true, onFailure = 'warn', where = 'customRoot'}: SystemOptions,
  tolerance: number,
  x: X,
  params: P,
): void {
  if (tolerance === Infinity || onFailure === 'ignore' || !canLook()) return;
  const values = quotientsOf(condition, batched, tolerance, x, params);
  const codes = values.map((quotient) => (quotient <= tolerance ? Status.SOLVED : Status.NUMERICAL_ERROR));
  const reason = (_code: number, sample: number) =>
    Number.isFinite(values[sample])
      ? `has F(x) of ${values[sample].toPrecision(2)} relative to the size of the terms of F (${tolerance} is allowed)`
      : 'has an F(x) that is not finite';
  const consequence =
    'The gradient is only right at a root, and the x that the solver returned is not a root. Use more iterations of the solver, or the ' +
    'condition that matches the solver; {residualTolerance: Infinity} turns this check off.';
  reportFailures({where, codes, reason, consequence, kind: 'root'}, onFailure);
}

/** For each sample, the number that is compared with the tolerance. */
function quotientsOf<X extends Structure, P extends Parameter[]>(
  condition: Condition<X, P>,
  batched: boolean,
  tolerance: number,
  x: X,
  params: P,
): number[] {
  const [xs, ps] = [flatten(x), flatten(params)];
  const packing = packingOf(xs, batched);
  const at = (leaves: tf.Tensor[], rest: tf.Tensor[]) => {
    const result = flattenLike(
      'What the condition returns',
      condition(unflatten(x, leaves), ...unflatten(params, rest)),
      x,
    );
    checkLikeX(result, xs);
    return packing.pack(result);
  };
  const random = uniform();
  const size = sizeOf(xs);
  const floor = (leaf: tf.Tensor) => SMALLEST * Math.max(sizeOf([leaf]), SMALLEST * size);
  const parts = () => {
    const value = at(xs, ps);
    const changes = [
      () => at(perturbed(xs, random, floor), ps),
      () =>
        at(
          xs,
          perturbed(ps, random, () => 0),
        ),
    ];
    const sizes = changes.map((change) => {
      const trials = Array.from({length: TRIALS}, () => tf.abs(tf.sub(change(), value)));
      return tf.div(
        trials.reduce((a, b) => tf.maximum(a, b)),
        CHANGE,
      );
    });
    return [value, tf.addN(sizes)];
  };
  const [value, sizes] = offTape(parts);
  const quotients = judged(value, sizes, tolerance);
  tf.dispose([value, sizes]);
  return quotients;
}

/**
 * ‖F‖ / ‖sizes‖ of each sample, or the largest quotient of an entry if that one is too large. Sizes that are not finite
 * are ignored.
 */
function judged(value: tf.Tensor, sizes: tf.Tensor, tolerance: number): number[] {
  const [batch, n] = value.shape as [number, number];
  const [F, T] = [value.dataSync(), sizes.dataSync()];
  return Array.from({length: batch}, (_, i) => {
    let [sumF, sumT, single] = [0, 0, 0];
    for (let k = i * n; k < (i + 1) * n; k++) {
      if (!Number.isFinite(F[k])) return NaN;
      if (F[k] === 0 || !Number.isFinite(T[k])) {
        sumT += Number.isFinite(T[k]) ? T[k] ** 2 : 0;
        continue;
      }
      sumF += F[k] ** 2;
      sumT += T[k] ** 2;
      single = Math.max(single, Math.abs(F[k]) / T[k]);
    }
    const all = sumF === 0 ? 0 : Math.sqrt(sumF / sumT);
    return single > SINGLE * tolerance ? Math.max(all, single) : all;
  });
}

/** The float32 tensors, with each entry changed by a fraction of its size; the size is at least `floor` times that of its tensor. */
function perturbed(
  tensors: tf.Tensor[],
  random: () => number,
  floor: (tensor: tf.Tensor) => number,
): tf.Tensor[] {
  return tensors.map((tensor) => {
    if (tensor.dtype !== 'float32' || tensor.size === 0) return tensor;
    const least = floor(tensor);
    const changed = Float32Array.from(tensor.dataSync(), (value) => {
      // A fraction between ½ and 1, of either sign.
      const share = random();
      return value + CHANGE * (share < 0.5 ? share - 1 : share) * Math.max(Math.abs(value), least);
    });
    return tf.tensor(changed, tensor.shape);
  });
}

/** The root of the mean square of all entries. */
function sizeOf(tensors: tf.Tensor[]): number {
  let [sum, count] = [0, 0];
  for (const tensor of tensors) {
    for (const value of tensor.dataSync()) sum += value * value;
    count += tensor.size;
  }
  return Math.sqrt(sum / Math.max(1, count));
}

/** Numbers in [0, 1), the same ones every time. */
function uniform(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
