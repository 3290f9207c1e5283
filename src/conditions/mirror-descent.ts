/** @file The mirror-descent fixed point. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {
  flatten,
  madeOf,
  marked,
  offTape,
  unflatten,
  type Parameter,
  type Structure,
} from '../autodiff/index.js';
import {fixedPointResidual, type FixedPointMap} from '../implicit/index.js';
import {gradientOf, type Differentiable} from './objective.js';
import {descend, STEP, type FixedPointCondition, type StepOptions} from './proximal-gradient.js';

/** A Bregman divergence D_φ on a set: the maps to the dual space, and back onto the set. */
export interface MirrorGeometry<X extends Structure = tf.Tensor, H extends Parameter = Parameter> {
  /** ∇φ(x). */
  mirrorMap: (x: X) => X;
  /** argmin over z in the set of D_φ(z, ∇φ*(y)), for a point y of the dual space. */
  projection: (y: X, params: H) => X;
}

/** Entries of a distribution below this count as zero; their logarithm is that of this number. */
const TINY = 1e-30;

/** The parameter of `conditions.entropy`; nothing for the probability simplex. */
export type EntropyParams =
  | {
      /** The sum of each distribution: a number, or a tensor [..., 1]. Default 1. */
      scale?: number | tf.Tensor | undefined;
    }
  | null
  | undefined;

/**
 * φ = Σ x log x − x on the probability simplex, along the last axis of each leaf: ∇φ = log, and the projection is softmax (times
 * `scale`).
 *
 * @see Beck & Teboulle 2003, Mirror descent and nonlinear projected subgradient methods, section 5.
 */
export const entropy = {
  /** ∇φ(x) = log x, entry by entry; what is below 1e-30 counts as that. */
  mirrorMap: <X extends Structure>(x: X): X =>
    unflatten(
      x,
      flatten(x).map((leaf) => {
        const positive = offTape(() => tf.greater(leaf, TINY));
        return tf.log(tf.where(positive, leaf, tf.fill(leaf.shape, TINY)));
      }),
    ),
  /** softmax(y) along the last axis, times `scale`. */
  projection: <X extends Structure>(y: X, params?: EntropyParams): X =>
    unflatten(
      y,
      flatten(y).map((leaf) => {
        const top = offTape(() => tf.max(leaf, -1, true));
        const weights = tf.exp(tf.sub(leaf, top));
        const distribution = tf.div(weights, tf.sum(weights, -1, true));
        const scale = params?.scale;
        return scale === undefined ? distribution : tf.mul(scale, distribution);
      }),
    ),
};

const GEOMETRY: Names<MirrorGeometry> = {mirrorMap: 1, projection: 1};

/**
 * F = T − x with T = proj^φ(∇φ(x) − η∇₁f(x, ...params), projectionParams), zero at a minimum of f over the set.
 *
 * The parameters of the condition are (projectionParams, ...params), as those of `projectedGradient`.
 *
 * @param geometry The divergence and the set; `conditions.entropy` is that of the simplex, where it needs no sorting.
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 13.
 */
export function mirrorDescent<
  X extends Structure = tf.Tensor,
  H extends Parameter = Parameter,
  P extends Parameter[] = tf.Tensor[],
>(
  objective: Differentiable<X, P>,
  geometry: MirrorGeometry<NoInfer<X>, H>,
  options: StepOptions<P> = {},
): FixedPointCondition<X, [projectionParams: H, ...params: P]> {
  const {stepSize: size = 1} = checkOptions('conditions.mirrorDescent', options, STEP);
  const given = checkOptions('conditions.mirrorDescent: geometry', geometry, GEOMETRY, 'entry');
  const [mirrorMap, projection] = [marked(given.mirrorMap), marked(given.projection)];
  const stepSize = typeof size === 'function' ? marked(size) : size;
  const gradient = gradientOf(objective, 'conditions.mirrorDescent: the objective');
  const map: FixedPointMap<X, [projectionParams: H, ...params: P]> = (x, projectionParams, ...params) =>
    tf.tidy(() => {
      const eta = typeof stepSize === 'function' ? stepSize(...params) : stepSize;
      return projection(descend(mirrorMap(x), gradient(x, ...params), eta), projectionParams);
    });
  madeOf(map, gradient, mirrorMap, projection, ...(typeof stepSize === 'function' ? [stepSize] : []));
  return Object.assign(fixedPointResidual(map), {map});
}
