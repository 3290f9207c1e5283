/** @file The solution of a system with the Jacobian of a condition, where only the right-hand side is differentiated. */
import * as tf from '@tensorflow/tfjs-core';
import {
  flatten,
  flattenLike,
  offTape,
  recordOp,
  unflatten,
  type Parameter,
  type Structure,
} from '../../autodiff/index.js';
import {
  inOrderOf,
  packingOf,
  rootSystem,
  type Condition,
  type ImplicitOptions,
} from '../../implicit/index.js';
import type {LinearSolver} from '../../linsolve/index.js';

/**
 * w with ∂₁G(x, ...params) w = b, rows [B, n], with the Jacobian as a constant. The unrolled gradient of Newton's method needs this,
 * because there the change of the Jacobian is multiplied by a step that tends to zero.
 */
export function frozenSolution<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  G: Condition<X, P>,
  options: ImplicitOptions & {linsolve: LinearSolver},
  x: X,
  params: P,
  b: tf.Tensor,
): tf.Tensor2D {
  // The rows of `linearize` follow the names in the order of the condition.
  const ordered = inOrderOf(G, x);
  const points = flatten(ordered);
  const reordered = (rows: tf.Tensor, from: X, to: X): tf.Tensor => {
    const [packing, next] = [from, to].map((like) => packingOf(flatten(like), options.batched ?? true));
    return next.pack(flattenLike('The right side', packing.restore(from, rows), to));
  };
  const solve = (rhs: tf.Tensor, at: tf.Tensor[], transposed: boolean): tf.Tensor2D => {
    const [xs, ps] = [at.slice(0, points.length), at.slice(points.length)];
    const value = offTape(() => {
      const operator = rootSystem(G, options, unflatten(ordered, xs), unflatten(params, ps)).operator(xs, ps);
      try {
        const factorization = options.linsolve.factor(operator);
        try {
          const rows = packingOf(xs, options.batched ?? true).shape;
          const right = tf.reshape(rhs, rows) as tf.Tensor2D;
          return transposed ? factorization.solveTranspose(right) : factorization.solve(right);
        } finally {
          factorization.dispose();
        }
      } finally {
        operator.dispose();
      }
    });
    const [solution] = recordOp({
      name: 'FrozenSolution',
      hasOwnGradient: true,
      values: [value],
      inputs: [rhs, ...at],
      gradient: ([dy], _outputs, [, ...again]) => [
        solve(dy, again, !transposed),
        ...again.filter(({dtype}) => dtype === 'float32').map((tensor) => tf.zerosLike(tensor)),
      ],
    });
    return solution as tf.Tensor2D;
  };
  const given = [...points, ...flatten(params)];
  if (ordered === x) return solve(b, given, false);
  return reordered(solve(reordered(b, x, ordered), given, false), ordered, x) as tf.Tensor2D;
}
