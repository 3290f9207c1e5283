/** @file The derivative of a quadratic program at a kink, where a constraint is weakly active. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape, recordOp} from '../autodiff/index.js';
import {canLook} from '../programs/index.js';
import type {QPSolution} from '../kernels/index.js';

/**
 * The policy for weakly active constraints, whose multiplier and slack are both zero. There the solution has several derivatives,
 * one for each choice of constraints that stay active.
 *
 * - 'leastNorm': they stay active. Among all choices, this moves the solution least, in the norm of Q.
 * - 'oneSided': they become inactive, which gives the derivative on the side where they do not bind.
 * - 'smooth': complementarity is smoothed, λ = ½(a + √(a² + 4κ)) with a = λ − slack, for every constraint: between the two
 * at a kink, and close to the exact derivative (κ/λ² or κ/slack² relative) away from it.
 */
export type Degenerate = 'leastNorm' | 'oneSided' | 'smooth';

/** The policies by name. */
export const DEGENERATE: readonly Degenerate[] = ['leastNorm', 'oneSided', 'smooth'];

/** @throws If the policy does not exist, or κ is not positive. */
export function checkDegenerate(degenerate: Degenerate, smoothing: number): void {
  if (!DEGENERATE.includes(degenerate)) {
    throw new Error(`degenerate must be one of ${DEGENERATE.join(', ')}; got '${String(degenerate)}'.`);
  }
  if (!(smoothing > 0 && smoothing < Infinity)) {
    throw new Error(`smoothing must be positive and finite, got ${smoothing}.`);
  }
}

/**
 * The weight of each inequality in the derivative, [B, m] in [0, 1]: λ/(λ + slack) of the (smoothed) pair, which is 1 or 0
 * without smoothing.
 *
 * @see Chen & Harker 1993, Kanzow 1996 and Smale 1987 for the smoothing.
 */
export function complementarityWeight(
  {activity, ineqDual, slack}: Pick<QPSolution, 'activity' | 'ineqDual' | 'slack'>,
  degenerate: Degenerate,
  kappa: number,
): tf.Tensor {
  if (degenerate !== 'smooth' && canLook()) {
    // Two operations and a cast take longer than all of this.
    const states = activity.dataSync();
    const values = new Float32Array(states.length);
    for (let i = 0; i < states.length; i++) values[i] = weightOfRow(states[i], 0, 0, degenerate, kappa);
    return tf.engine().makeTensor(values, activity.shape, 'float32');
  }
  return offTape(() => {
    if (degenerate !== 'smooth') {
      const counts = degenerate === 'leastNorm' ? tf.greater(activity, 0) : tf.equal(activity, 1);
      return tf.cast(counts, 'float32');
    }
    const a = tf.sub(ineqDual, slack);
    const root = tf.sqrt(tf.add(tf.square(a), 4 * kappa));
    // The larger of the pair without cancellation, the other from their product κ.
    const larger = tf.div(tf.add(tf.abs(a), root), 2);
    const smaller = tf.div(kappa, larger);
    return tf.div(tf.where(tf.greater(a, 0), larger, smaller), tf.add(larger, smaller));
  });
}

/**
 * The same for one inequality, in double precision.
 *
 * @param activity 0 inactive, 1 active, 2 weakly active.
 */
export function weightOfRow(
  activity: number,
  multiplier: number,
  slack: number,
  degenerate: Degenerate,
  kappa: number,
): number {
  if (degenerate !== 'smooth') return Number(degenerate === 'leastNorm' ? activity > 0 : activity === 1);
  const a = multiplier - slack;
  const larger = (Math.abs(a) + Math.sqrt(a * a + 4 * kappa)) / 2;
  const smaller = kappa / larger;
  // Far from the row, the sum may be infinite.
  return a > 0 ? 1 / (1 + smaller / larger) : smaller / (larger + smaller);
}

/** The policy at a kink of a projection or a proximal operator. */
export type Kink = {
  /** 'leastNorm' (default): an entry at the kink stays zero. 'oneSided': it moves. 'smooth': in between. See `Degenerate`. */
  degenerate?: Degenerate | undefined;
  /** κ of 'smooth', in squared units of the entries. Default 1e-3. */
  smoothing?: number | undefined;
};

/** The names of `Kink`. */
export const KINK: Names<Kink> = {degenerate: 0, smoothing: 0};

/** Distance from a kink, relative to `scale`, at which an entry counts as being on it: the accuracy of f32 solvers. */
const TIE = 1e-5;

/** The derivative of max(a, 0) by the policy, entry by entry; `scale` is the size of what a is the difference of. */
export function kinkWeight(a: tf.Tensor, kink: Kink, scale: number | tf.Tensor = 1): tf.Tensor {
  const {degenerate = 'leastNorm', smoothing = 1e-3} = checkOptions('conditions.kinkWeight', kink, KINK);
  checkDegenerate(degenerate, smoothing);
  return offTape(() => {
    if (degenerate === 'leastNorm') return tf.cast(tf.greater(a, 0), 'float32');
    if (degenerate === 'oneSided') return tf.cast(tf.greaterEqual(a, tf.mul(-TIE, scale)), 'float32');
    // Beyond this its square would leave the range of f32, and the result no longer changes.
    const near = tf.clipByValue(a, -1e18, 1e18);
    return tf.mul(0.5, tf.add(1, tf.div(near, tf.sqrt(tf.add(tf.square(near), 4 * smoothing)))));
  });
}

/** max(a, 0) with the derivative of the policy. */
export function positivePart(a: tf.Tensor, kink: Kink = {}, scale: number | tf.Tensor = 1): tf.Tensor {
  checkOptions('conditions.positivePart', kink, KINK);
  if ((kink.degenerate ?? 'leastNorm') === 'leastNorm') return tf.relu(a);
  // The scale is read when the gradient is computed, and may have been disposed of by then.
  return recordOp({
    name: 'PositivePart',
    hasOwnGradient: true,
    values: [offTape(() => tf.relu(a))],
    inputs: [a, tf.cast(scale, 'float32')],
    gradient: ([dy], _outputs, [point, unit]) => [
      tf.mul(dy, kinkWeight(point, kink, unit)),
      tf.zerosLike(unit),
    ],
  })[0];
}
