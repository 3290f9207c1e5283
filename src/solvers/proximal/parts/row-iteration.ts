/** @file Block coordinate descent on an objective with a structure: the blocks are rows of x, and the product A x follows each of them. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, type Parameter, type Structure} from '../../../autodiff/index.js';
import {
  blockSteps,
  gradientOf,
  outerGradient,
  rowsOf,
  termsOf,
  times,
  type BlockProxOf,
  type ProductForm,
  type StructuredObjective,
} from '../../../conditions/index.js';
import {packingOf} from '../../../implicit/index.js';
import {sweepRows} from '../../../programs/index.js';
import {startWatch, withinRounding, zeroTest, type Watch} from '../../iteration/stopping.js';
import type {Tolerances} from '../../iteration/tolerances.js';
import type {Iteration} from '../../iteration/types.js';

/**
 * One pass: x_j ← prox(x_j − η_j (A_jᵀ∇g(A x) + b_j + q x_j)) for each row j, with η_j = 1/L_j unless a step size is given.
 */
export function rowIteration<P extends Parameter[]>(
  fun: StructuredObjective<P>,
  {prox, step}: {prox: BlockProxOf; step: number | undefined},
  {batched, accuracy}: {batched: boolean; accuracy: Tolerances},
): Iteration<tf.Tensor, [proxParams: Parameter, ...params: P]> {
  const form: ProductForm<P> = fun.structure;
  const gradient = gradientOf<tf.Tensor, P>(fun);
  const pack = (x: tf.Tensor) => packingOf([x], batched).pack([x]);
  return {
    start: (x: tf.Tensor, ..._params: [proxParams: Parameter, ...params: P]): Structure =>
      startWatch(pack(x)),
    step(x, memory, proxParams, ...params) {
      const {rows} = rowsOf(form, x);
      const [batch, n, k] = rows.shape;
      const A = form.matrix(...params);
      const etas = step === undefined ? blockSteps(form, rows, params) : tf.fill<tf.Rank.R3>([1, n, 1], step);
      const {linear, ridge} = termsOf(form, rows, params);
      const moved = sweepRows({
        rows,
        columns: tf.reshape(tf.transpose(A, A.rank === 3 ? [0, 2, 1] : [1, 0]), [
          A.rank === 3 ? A.shape[0] : 1,
          n,
          A.shape[A.rank - 2],
        ]),
        product: times(A, rows, false),
        beside: [etas, ...(linear ? [linear as tf.Tensor3D] : [])],
        gradient: outerGradient(form, x, params),
        move: (row, product, [eta, b]) => {
          let slope: tf.Tensor = product;
          if (b) slope = tf.add(slope, b);
          if (ridge) slope = tf.add(slope, tf.mul(tf.reshape(ridge, [-1, 1]), row));
          return prox(tf.sub(row, tf.mul(eta, slope)), proxParams as never, eta);
        },
      });
      const next = tf.reshape(moved, x.shape);
      const {residual, watch} = offTape(() => {
        const packing = packingOf([x], batched);
        const at = (there: tf.Tensor) => pack(gradient(packing.restore(x, there), ...params));
        const [point, move] = [pack(x), pack(tf.sub(next, x))];
        const sizes = tf.reshape(tf.tile(etas, [batch / etas.shape[0], 1, k]), x.shape);
        const place = {
          ...{x: point, value: at(point), at, step: move},
          rest: tf.div(move, pack(sizes)),
          stuck: withinRounding(move, point),
        };
        return zeroTest(place, memory as Watch, accuracy) as never;
      }) as unknown as ReturnType<typeof zeroTest>;
      return {x: next, memory: watch, residual, details: () => ({value: fun(x, ...params)})};
    },
  };
}
