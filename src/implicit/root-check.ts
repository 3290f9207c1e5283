/** @file Checks that F is close to zero at the point that a user's solver returned. */
import * as tf from '@tensorflow/tfjs-core';
import {
  flatten,
  hasDoubles,
  numbersOf,
  offTape,
  unflatten,
  type Parameter,
  type Structure,
} from '../autodiff/index.js';
import {attempt, canLook, shouldLook} from '../programs/index.js';
import {leavesLike} from './like-x.js';
import {packingOf} from './packing.js';
import {reportFailures} from './report.js';
import type {SystemOptions} from './system.js';
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
  if (onFailure !== 'throw' && !shouldLook()) return;
  const values = quotientsOf(condition, batched, tolerance, x, params);
  const codes = values.map((quotient) => (quotient <= tolerance ? Status.SOLVED : Status.NUMERICAL_ERROR));
  const reason = (_code: number, sample: number) =>
    Number.isFinite(values[sample])
      ? `has F(x) of ${values[sample].toPrecision(2)} relative to the size of the terms of F (${tolerance} is allowed)`
      : 'has an F(x) that is not finite';
  const consequence =
    'The gradient is only right at a root, and the x that the solver returned is not a root. Use more iterations of the solver, or the ' +
    'condition that matches the solver; {residualTolerance: Infinity} turns this check off.';
  reportFailures(
    {
      where,
      codes,
      reason,
      consequence,
      kind: 'root',
      page: 'robustness#what-an-unconverged-solve-does-to-the-gradient',
    },
    onFailure,
  );
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
  const random = uniform();
  const [at, rest] = [xs, ps].map((tensors) => tensors.map(numbersOf));
  const size = sizeOf(at);
  const floor = (values: Numbers) => SMALLEST * Math.max(sizeOf([values]), SMALLEST * size);
  const changedX = () => at.map((values, i) => perturbed(xs[i], values, random, floor));
  const changedParams = () => rest.map((values, i) => perturbed(ps[i], values, random, () => 0));
  const {evaluate, dispose} = evaluatorOf(
    (leaves, others) => {
      const value = condition(unflatten(x, leaves), ...unflatten(params, others));
      return packing.pack(leavesLike('the condition', value, x));
    },
    xs,
    ps,
  );
  try {
    const value = evaluate(at, rest);
    const sizes = new Float64Array(value.length);
    for (const change of [() => evaluate(changedX(), rest), () => evaluate(at, changedParams())]) {
      const trials = Array.from({length: TRIALS}, () =>
        change().map((other, i) => Math.abs(other - value[i])),
      );
      for (const i of sizes.keys()) sizes[i] += Math.max(...trials.map((trial) => trial[i])) / CHANGE;
    }
    return judged(value, sizes, packing.shape, tolerance);
  } finally {
    dispose();
  }
}

type Numbers = ArrayLike<number>;

/** F as a function of the values of x and of the parameters: as a program if more digits of x are known than float32 stores. */
function evaluatorOf(
  F: (xs: tf.Tensor[], ps: tf.Tensor[]) => tf.Tensor,
  xs: tf.Tensor[],
  ps: tf.Tensor[],
): {evaluate: (at: Numbers[], rest: Numbers[]) => Float64Array; dispose: () => void} {
  const split = (all: tf.Tensor[]) => F(all.slice(0, xs.length), all.slice(xs.length));
  const program = xs.some(hasDoubles)
    ? attempt('The check of a root', (all) => [split(all)], [...xs, ...ps])
    : null;
  const evaluate = (at: Numbers[], rest: Numbers[]) => {
    if (program) {
      [...at, ...rest].forEach((values, i) => program.input(i).set(values));
      program.run();
      return program.output(0).slice();
    }
    const like = (values: Numbers, {shape, dtype}: tf.Tensor) =>
      tf.tensor(values as tf.TypedArray, shape, dtype);
    const result = offTape(() => split([...at, ...rest].map((values, i) => like(values, [...xs, ...ps][i]))));
    const values = Float64Array.from(result.dataSync());
    result.dispose();
    return values;
  };
  return {evaluate, dispose: () => program?.dispose()};
}

/**
 * ‖F‖ / ‖sizes‖ of each sample, or the largest quotient of an entry if that one is too large. Sizes that are not finite
 * are ignored.
 */
function judged(
  F: Float64Array,
  T: Float64Array,
  [batch, n]: readonly [number, number],
  tolerance: number,
): number[] {
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

/**
 * The values of a float32 tensor, with each entry changed by a fraction of its size; the size is at least `floor` times that of its tensor.
 * Other tensors do not change.
 */
function perturbed(
  {dtype}: tf.Tensor,
  values: Numbers,
  random: () => number,
  floor: (values: Numbers) => number,
): Numbers {
  if (dtype !== 'float32' || values.length === 0) return values;
  const least = floor(values);
  return Float32Array.from(values, (value) => {
    // A fraction between ½ and 1, of either sign.
    const share = random();
    return value + CHANGE * (share < 0.5 ? share - 1 : share) * Math.max(Math.abs(value), least);
  });
}

/** The root of the mean square of all entries. */
function sizeOf(arrays: Numbers[]): number {
  let [sum, count] = [0, 0];
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
    count += values.length;
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
