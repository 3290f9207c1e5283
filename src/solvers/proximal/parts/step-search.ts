/** @file The search for the step size of a gradient step, by how much the gradient changes along it. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, type Structure} from '../../../autodiff/index.js';
import {hostCanRead} from '../../../kernels/index.js';
import {innerProduct} from '../../iteration/leaves.js';

/** The first trial of a step size is the last one, times this. */
const GROWTH = 1.25;
/** Or times this, where the gradient hardly changed along a step that was not short. */
const FAST_GROWTH = 4;
const STRAIGHT = 1e-2;
const NOT_SHORT = 1e-6;
const SHRINKAGE = 0.5;
const TRIALS = 60;
const CHECK_EVERY = 2;
/** Where no host sees that a search is over: the step size is carried along, so that few trials a step are enough. */
const UNSEEN_TRIALS = 1;

/**
 * The largest η up to 1.25 times the last one, by halving, with ⟨∇f(z) − ∇f(y), z − y⟩ ≤ ‖z − y‖²/η, [B]; and what the next search
 * takes for the last one.
 *
 * Differences of gradients keep their digits near a solution, where those of values have none in f32.
 */
export function searchStep(
  before: tf.Tensor,
  batched: boolean,
  tryStep: (eta: tf.Tensor) => {from: Structure; change: Structure; bend: Structure},
): {eta: tf.Tensor; next: tf.Tensor} {
  return offTape(() => {
    let eta: tf.Tensor = tf.mul(GROWTH, before);
    let next = eta;
    for (let trial = 0; trial < TRIALS; trial++) {
      const tried = tf.tidy(() => {
        const {from, change, bend} = tryStep(eta);
        const square = innerProduct(change, change, batched);
        const bound = tf.div(square, eta);
        const curved = innerProduct(change, bend, batched);
        const tooLong = tf.logicalOr(
          tf.greater(curved, tf.mul(1 + 1e-4, bound)),
          // Where the step itself is NaN, no shorter one is better.
          tf.logicalAnd(tf.logicalNot(tf.isFinite(curved)), tf.logicalNot(tf.isNaN(bound))),
        );
        const long = tf.greater(square, tf.mul(NOT_SHORT, innerProduct(from, from, batched)));
        const straight = tf.logicalAnd(long, tf.less(curved, tf.mul(STRAIGHT, bound)));
        const chosen = tf.where(tooLong, tf.mul(SHRINKAGE, eta), eta);
        return {
          tooLong: tf.cast(tooLong, 'float32'),
          eta: chosen,
          next: tf.where(straight, tf.mul(FAST_GROWTH / GROWTH, chosen), chosen),
        };
      });
      ({eta, next} = tried);
      if (trial % CHECK_EVERY === 0 && hostCanRead() && tried.tooLong.dataSync().every((flag) => flag === 0))
        break;
      if (!hostCanRead() && trial === UNSEEN_TRIALS) break;
    }
    return {eta, next};
  });
}
