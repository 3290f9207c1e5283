/** @file The solution of a linear system with the Jacobian of a condition, differentiable in the condition and the right-hand side. */
import * as tf from '@tensorflow/tfjs-core';
import {
  arrangeLike,
  flatten,
  flattenLike,
  jvpOf,
  unflatten,
  type Parameter,
  type Structure,
} from '../autodiff/index.js';
import {checkedSolution} from './gradient-report.js';
import {packingOf} from './packing.js';
import {solvedRoot} from './solved-root.js';
import {rootSystem, type SystemOptions} from './system.js';
import type {Condition} from './types.js';

/**
 * w with ∂₁G(x, ...params) w = b. It is a root of ∂₁G w − b, and is differentiated as one.
 *
 * @param b A structure like x.
 */
export function linearSolution<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  G: Condition<X, P>,
  options: SystemOptions,
  x: X,
  params: P,
  b: X,
): X {
  const residual: Condition<X, [X, X, ...P]> = (w, point, rhs, ...rest) => {
    const product = jvpOf(
      () => flattenLike('The result of the condition', G(point, ...rest), point),
      flatten(point),
      flattenLike('The solution', w, point),
    );
    const sides = flattenLike('The right side', rhs, point);
    return unflatten(
      point,
      product.map((leaf, i) => tf.sub(leaf, sides[i])),
    );
  };
  residual.tags = G.tags;
  const side = arrangeLike('The right side', b, x);
  const packing = packingOf(flatten(x), options.batched ?? true);
  const solve = () => {
    const system = rootSystem(G, options, x, params);
    const {policy, linsolve} = system;
    const operator = system.operator(flatten(x), flatten(params));
    try {
      const factorization = linsolve.factor(operator);
      try {
        const right = packing.pack(flatten(side));
        const u = factorization.solve(right) as tf.Tensor2D;
        const found = {operator, transpose: false, b: right, u, info: factorization.info!};
        return {x: packing.restore(x, checkedSolution(linsolve, policy, found))};
      } finally {
        factorization.dispose();
      }
    } finally {
      operator.dispose();
    }
  };
  return solvedRoot(residual, options, [x, side, ...params] as [X, X, ...P], solve).x;
}
