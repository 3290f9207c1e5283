/** @file The search for the step size of a gradient step, by how much the gradient changes along it. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, type Structure} from '../../../autodiff/index.js';
import {loopWhile} from '../../../programs/index.js';
import {innerProduct} from '../../iteration/leaves.js';

/** The first trial is the last step size times this. */
const GROWTH = 1.25;
/** Or times this, if the gradient hardly changed along a step that was not short. */
const FAST_GROWTH = 4;
const STRAIGHT = 1e-2;
const NOT_SHORT = 1e-6;
const SHRINKAGE = 0.5;
const TRIALS = 60;
const CHECK_EVERY = 2;
/** Trials if the host cannot see that a search is done. The next step continues with this step size, so few trials are enough. */
const UNSEEN_TRIALS = 1;

/**
 * The largest η up to 1.25 times the last one, by halving, with ⟨∇f(z) − ∇f(y), z − y⟩ ≤ ‖z − y‖²/η, [B]; and the step size that the
 * next search starts from.
 *
 * Gradients are compared, not values: near a solution, differences of values are all rounding in f32.
 */
export function searchStep(
  before: tf.Tensor,
  batched: boolean,
  tryStep: (eta: tf.Tensor) => {from: Structure; change: Structure; bend: Structure},
): {eta: tf.Tensor; next: tf.Tensor} {
  return offTape(() => {
    const first = tf.mul(GROWTH, before);
    const {eta, next} = loopWhile(
      {eta: first, next: first},
      ({eta: tried}) => {
        const {from, change, bend} = tryStep(tried);
        const square = innerProduct(change, change, batched);
        const bound = tf.div(square, tried);
        const curved = innerProduct(change, bend, batched);
        const tooLong = tf.logicalOr(
          tf.greater(curved, tf.mul(1 + 1e-4, bound)),
          // If the step itself is NaN, no shorter one is better.
          tf.logicalAnd(tf.logicalNot(tf.isFinite(curved)), tf.logicalNot(tf.isNaN(bound))),
        );
        const long = tf.greater(square, tf.mul(NOT_SHORT, innerProduct(from, from, batched)));
        const straight = tf.logicalAnd(long, tf.less(curved, tf.mul(STRAIGHT, bound)));
        const chosen = tf.where(tooLong, tf.mul(SHRINKAGE, tried), tried);
        const following = tf.where(straight, tf.mul(FAST_GROWTH / GROWTH, chosen), chosen);
        return {state: {eta: chosen, next: following}, open: tf.cast(tooLong, 'float32')};
      },
      {limit: TRIALS, unseen: UNSEEN_TRIALS + 1, lookEvery: CHECK_EVERY},
    );
    return {eta, next};
  });
}
