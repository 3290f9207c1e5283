/** @file The iteration of the proximal-gradient methods: momentum, and the search for a step size. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, offTape, type Parameter, type Structure} from '../autodiff/index.js';
import {descend, type FixedPointCondition, type Gradient, type Prox} from '../conditions/index.js';
import {hostCanRead} from '../kernels/index.js';
import type {Iteration} from './iterate.js';
import {beside, combine, innerProduct} from './leaves.js';

/** What a step starts from, y, and the momentum's counter t a sample. */
type Momentum<X> = [y: X, t: tf.Tensor];

/** x ← T(x), T the map of the condition, from a point that is extrapolated if `acceleration`. */
export function fixedStep<X extends Structure, P extends Parameter[]>(
  {map}: FixedPointCondition<X, P>,
  batched = true,
  acceleration = true,
): Iteration<X, P> {
  return {
    start: (x: X, ..._params: P): Structure => [x, tf.ones([samplesOf(x, batched)])],
    step(x, memory, ...params) {
      const [y, t] = memory as Momentum<X>;
      const moved = map(y, ...params);
      const residual = combine(moved, y, (a, b) => tf.sub(a, b));
      return {x: moved, memory: extrapolate(x, y, moved, t, batched, acceleration), residual};
    },
  };
}

/** The first trial of a step size is the last one, times this. */
const GROWTH = 1.25;
const SHRINKAGE = 0.5;
const TRIALS = 60;
const CHECK_EVERY = 2;

/** x ← prox_{ηg}(y − η∇f(y)), η found anew for every step. */
export function searchedStep<X extends Structure, H extends Parameter, P extends Parameter[]>(
  {gradient, prox}: {gradient: Gradient<X, P>; prox: Prox<X, H>},
  batched = true,
  acceleration = true,
): Iteration<X, [H, ...P]> {
  return {
    start: (x: X, ..._params: [H, ...P]): Structure => [
      x,
      tf.ones([samplesOf(x, batched)]),
      tf.ones([samplesOf(x, batched)]),
    ],
    step(x, memory, proxParams, ...params) {
      const [y, t, before] = memory as [X, tf.Tensor, tf.Tensor];
      const slope = gradient(y, ...params);
      const stepped = (from: X, g: X, eta: tf.Tensor): X => {
        const scaling = scalingFor(from, eta, batched);
        return prox(descend(from, g, scaling), proxParams, scaling);
      };
      // The search is not differentiated: an unrolled gradient takes the step sizes as they are.
      const eta = searchStep(before, batched, (trial) => {
        const candidate = stepped(y, slope, trial);
        const change = combine(candidate, y, (a, b) => tf.sub(a, b));
        const bend = combine(gradient(candidate, ...params), slope, (a, b) => tf.sub(a, b));
        return {change, bend};
      });
      const moved = stepped(y, slope, eta);
      const residual = combine(moved, y, (a, b) => tf.sub(a, b));
      return {
        x: moved,
        memory: [...extrapolate(x, y, moved, t, batched, acceleration), eta],
        // Never in units smaller than those of a step of size 1: a short step is no sign of a solution.
        residual: combine(residual, residual, (r) =>
          tf.div(
            r,
            offTape(() => tf.minimum(scalingFor(x, eta, batched), 1)),
          ),
        ),
      };
    },
  };
}

/**
 * The largest η ≤ 1.25·before, by halving, with ⟨∇f(z) − ∇f(y), z − y⟩ ≤ ‖z − y‖²/η, [B].
 *
 * Differences of gradients keep their digits near a solution, where those of values have none in f32.
 */
export function searchStep(
  before: tf.Tensor,
  batched: boolean,
  tryStep: (eta: tf.Tensor) => {change: Structure; bend: Structure},
): tf.Tensor {
  return offTape(() => {
    let eta: tf.Tensor = tf.mul(GROWTH, before);
    for (let trial = 0; trial < TRIALS; trial++) {
      const next = tf.tidy(() => {
        const {change, bend} = tryStep(eta);
        const bound = tf.div(innerProduct(change, change, batched), eta);
        const curved = innerProduct(change, bend, batched);
        const tooLong = tf.logicalOr(
          tf.greater(curved, tf.mul(1 + 1e-4, bound)),
          // Where the step itself is NaN, no shorter one is better.
          tf.logicalAnd(tf.logicalNot(tf.isFinite(curved)), tf.logicalNot(tf.isNaN(bound))),
        );
        return {tooLong: tf.cast(tooLong, 'float32'), eta: tf.where(tooLong, tf.mul(SHRINKAGE, eta), eta)};
      });
      eta = next.eta;
      if (trial % CHECK_EVERY === 0 && hostCanRead() && next.tooLong.dataSync().every((flag) => flag === 0))
        break;
      if (!hostCanRead() && trial === UNSEEN_TRIALS) break;
    }
    return eta;
  });
}

/** Where no host sees that a search is over: the step size is carried along, so that few trials a step are enough. */
const UNSEEN_TRIALS = 1;

/** η beside the leaves of x: a sample each where all leaves have the same rank, else the least for all. */
function scalingFor(x: Structure, eta: tf.Tensor, batched: boolean): tf.Tensor {
  const leaves = flatten(x);
  const alike = leaves.every(({rank}) => rank === leaves[0].rank);
  return alike ? beside(eta, leaves[0], batched) : tf.min(eta);
}

function samplesOf(x: Structure, batched: boolean): number {
  return batched ? flatten(x)[0].shape[0] : 1;
}

/** y = x⁺ + (t − 1)/t⁺ (x⁺ − x), with t reset where ⟨y − x⁺, x⁺ − x⟩ > 0. */
function extrapolate<X extends Structure>(
  x: X,
  y: X,
  moved: X,
  t: tf.Tensor,
  batched: boolean,
  acceleration: boolean,
): Momentum<X> {
  if (!acceleration) return [moved, t];
  const difference = combine(moved, x, (a, b) => tf.sub(a, b));
  const backward = combine(y, moved, (a, b) => tf.sub(a, b));
  const restart = offTape(() =>
    tf.cast(tf.greater(innerProduct(difference, backward, batched), 0), 'float32'),
  );
  const tBefore = tf.add(tf.mul(tf.sub(1, restart), t), restart);
  const tNext = tf.div(tf.add(1, tf.sqrt(tf.add(1, tf.mul(4, tf.square(tBefore))))), 2);
  const momentum = tf.mul(tf.sub(1, restart), tf.div(tf.sub(tBefore, 1), tNext));
  const next = combine(moved, difference, (a, d) => tf.add(a, tf.mul(beside(momentum, a, batched), d)));
  return [next, tNext];
}
