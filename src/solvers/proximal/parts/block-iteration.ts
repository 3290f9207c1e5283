/** @file Block coordinate descent on a list of blocks, with a gradient of the whole objective for each of them. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, type Parameter, type Structure} from '../../../autodiff/index.js';
import {
  gradientOf,
  ofBlock,
  type BlockOptions,
  type BlockProx,
  type Differentiable,
} from '../../../conditions/index.js';
import {packingOf, Status} from '../../../implicit/index.js';
import {FAR, firstScale} from '../../iteration/first-scale.js';
import {beside} from '../../iteration/leaves.js';
import {startWatch, withinRounding, zeroTest, type Watch} from '../../iteration/stopping.js';
import type {Tolerances} from '../../iteration/tolerances.js';
import type {Iteration} from '../../iteration/types.js';
import {searchStep} from './step-search.js';

/** One pass over the blocks, each with the latest of the others. */
export function blockIteration<P extends Parameter[]>(
  fun: Differentiable<tf.Tensor[], P>,
  {prox, stepSize}: {prox: BlockProx; stepSize: Exclude<BlockOptions['stepSize'], undefined> | 'search'},
  {batched, accuracy}: {batched: boolean; accuracy: Tolerances},
): Iteration<tf.Tensor[], [proxParams: Parameter, ...params: P]> {
  const gradient = gradientOf(fun, 'BlockCoordinateDescent: fun');
  type Memory = {etas: tf.Tensor[]; far: tf.Tensor; watch: Watch};
  const rowsOf = (x: tf.Tensor[]) => packingOf(x, batched).pack(x);
  const largestStep = (etas: tf.Tensor[], slopes: tf.Tensor[]) =>
    etas
      .map((eta, j) => tf.mul(eta, tf.max(tf.abs(packingOf([slopes[j]], batched).pack([slopes[j]])), 1)))
      .reduce((a, b) => tf.maximum(a, b));
  return {
    start: (x: tf.Tensor[], _proxParams: Parameter, ...params: P): Structure =>
      offTape(() => {
        const rows = rowsOf(x);
        const slopes = gradient(x, ...params);
        // Each block has its own curvature, so the others are kept fixed.
        const etas = x.map((block, j) => {
          const packing = packingOf([block], batched);
          const at = (there: tf.Tensor) => {
            const others = x.map((other, i) => (i === j ? packing.unpack(there)[0] : other));
            return packing.pack([gradient(others, ...params)[j]]);
          };
          const {x: length, gradient: size} = firstScale(
            packing.pack([block]),
            packing.pack([slopes[j]]),
            at,
          );
          return tf.reshape(stepSize === 'search' ? tf.div(length, size) : tf.onesLike(size), [-1]);
        });
        const far = tf.mul(FAR, tf.add(tf.max(tf.abs(rows), 1), largestStep(etas, slopes)));
        return {etas, far, watch: startWatch(rows)} as unknown as tf.TensorContainerObject;
      }) as unknown as Structure,
    renew: (
      x: tf.Tensor[],
      memory: Structure,
      ..._params: [proxParams: Parameter, ...params: P]
    ): Structure => ({
      ...(memory as Memory),
      watch: startWatch(rowsOf(x)),
    }),
    step(x, memory, proxParams, ...params) {
      const {etas: before, far, watch: watched} = memory as Memory;
      const current = [...x];
      const etas: tf.Tensor[] = [];
      const used: (number | tf.Tensor)[] = [];
      x.forEach((block, j) => {
        const slope = gradient(current, ...params)[j];
        const move = (eta: number | tf.Tensor) =>
          ofBlock(prox, j)(tf.sub(block, tf.mul(eta, slope)), ofBlock(proxParams as never[], j), eta);
        if (stepSize !== 'search') {
          etas.push(before[j]);
          used.push(ofBlock(stepSize, j));
          current[j] = move(ofBlock(stepSize, j));
          return;
        }
        const {eta, next} = searchStep(before[j], batched, (trial) => {
          const candidate = move(beside(trial, block, batched));
          const others = current.map((other, i) => (i === j ? candidate : other));
          const bend = tf.sub(gradient(others, ...params)[j], slope);
          return {from: block, change: tf.sub(candidate, block), bend};
        });
        etas.push(next);
        used.push(beside(eta, block, batched));
        current[j] = move(beside(eta, block, batched));
      });
      const {residual, watch, verdict} = offTape(() => {
        const packing = packingOf(x, batched);
        const rows = packing.pack(x);
        const moves = current.map((block, j) => tf.sub(block, x[j]));
        const step = packing.pack(moves);
        const at = (there: tf.Tensor) => packing.pack(gradient(packing.restore(x, there), ...params));
        const rest = packing.pack(moves.map((move, j) => tf.div(move, used[j])));
        const place = {x: rows, value: at(rows), at, step, rest, stuck: withinRounding(step, rows)};
        const away = tf.greater(tf.max(tf.abs(packing.pack(current)), 1), far);
        const code = stepSize === 'search' ? Status.DUAL_INFEASIBLE : 0;
        const verdict = tf.mul(code, tf.cast(away, 'float32'));
        return {...zeroTest(place, watched, accuracy), verdict} as unknown as tf.TensorContainerObject;
      }) as unknown as ReturnType<typeof zeroTest> & {verdict: tf.Tensor};
      const details = () => ({
        value: typeof fun === 'function' ? fun(x, ...params) : undefined,
      });
      return {x: current, memory: {etas, far, watch}, residual, verdict, details};
    },
  };
}
