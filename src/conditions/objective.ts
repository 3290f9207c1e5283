/** @file Objectives and their gradients, in the form that conditions and solvers accept. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions} from '../checks/index.js';
import {
  arrangeLike,
  flatten,
  madeOf,
  marked,
  unflatten,
  vjpAt,
  type Parameter,
  type Structure,
} from '../autodiff/index.js';
import {structuredGradient, structureOf} from './structured.js';

/** f(x, ...params): one value per sample, [B], or their sum. */
export type Objective<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> = (
  x: X,
  ...params: P
) => tf.Tensor;

/** ∇₁f(x, ...params), a structure like x. */
export type Gradient<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> = (
  x: X,
  ...params: P
) => X;

/** A differentiable function, given as the function or as its hand-written gradient (which may be cheaper, or differentiable again). */
export type Differentiable<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> =
  | Objective<X, P>
  | {
      /** ∇₁f(x, ...params), a structure like x. */
      gradient: Gradient<X, P>;
    };

/**
 * ∇₁f. The samples of a batch are independent, so the gradient of the sum holds that of each.
 *
 * @param where The name of f in error messages.
 */
export function gradientOf<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  f: Differentiable<X, P>,
  where = 'conditions.gradientOf',
): Gradient<X, P> {
  if (typeof f !== 'function') {
    checkFunction(where, 'gradient', checkOptions(where, f, {gradient: 1}, 'entry').gradient);
    const given = marked(f.gradient);
    return madeOf<Gradient<X, P>>(
      (x, ...params) => arrangeLike('The gradient', given(x, ...params), x),
      given,
    );
  }
  const structure = structureOf<P>(f);
  if (structure) return structuredGradient(structure) as unknown as Gradient<X, P>;
  const value = marked(f);
  const gradient: Gradient<X, P> = (x, ...params) =>
    tf.tidy(() => {
      const sum = (leaves: tf.Tensor[]) => [tf.sum(value(unflatten(x, leaves), ...params))];
      return unflatten(x, vjpAt(sum, flatten(x), [tf.scalar(1)]));
    });
  return madeOf(gradient, value);
}
