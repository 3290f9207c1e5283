/** @file The solution of a system with the Jacobian of a condition, of which only the right-hand side is differentiated. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, offTape, recordOp, unflatten, type Parameter, type Structure} from '../autodiff/index.js';
import {packingOf, rootSystem, type Condition, type ImplicitOptions} from '../implicit/index.js';
import type {LinearSolver} from '../linsolve/index.js';

/**
 * w with ∂₁G(x, ...params) w = b, rows [B, n], the Jacobian a constant: what an unrolled gradient needs of Newton's method, where the
 * change of the Jacobian is multiplied by a step that vanishes.
 */
export function frozenSolution<X extends Structure, P extends Parameter[]>(
  G: Condition<X, P>,
  options: ImplicitOptions & {linsolve: LinearSolver},
  x: X,
  params: P,
  b: tf.Tensor,
): tf.Tensor2D {
  const points = flatten(x);
  const solve = (rhs: tf.Tensor, at: tf.Tensor[], transposed: boolean): tf.Tensor2D => {
    const [xs, ps] = [at.slice(0, points.length), at.slice(points.length)];
    const value = offTape(() => {
      const operator = rootSystem(G, options, unflatten(x, xs), unflatten(params, ps)).operator(xs, ps);
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
      values: [value],
      inputs: [rhs, ...at],
      gradient: ([dy], _outputs, [, ...again]) => [
        solve(dy, again, !transposed),
        ...again.filter(({dtype}) => dtype === 'float32').map((tensor) => tf.zerosLike(tensor)),
      ],
    });
    return solution as tf.Tensor2D;
  };
  return solve(b, [...points, ...flatten(params)], false);
}
