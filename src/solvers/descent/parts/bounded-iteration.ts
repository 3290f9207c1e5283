/** @file The iteration of L-BFGS with bounds: quasi-Newton steps in the entries that are free, along the projected path. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, type Parameter, type Structure} from '../../../autodiff/index.js';
import type {Gradient, Objective} from '../../../conditions/index.js';
import {packingOf} from '../../../implicit/index.js';
import {signOf} from '../../../linalg/index.js';
import {rowDot, rowNorm, safeDivide} from '../../../linsolve/index.js';
import {firstScale, type Scale} from '../../iteration/first-scale.js';
import {SHARE_OF_LARGEST, startWatch, zeroTest, type Watch} from '../../iteration/stopping.js';
import type {Tolerances} from '../../iteration/tolerances.js';
import type {Iteration} from '../../iteration/types.js';
import {valuesOf} from './objective.js';
import {projectedSearch} from './projected-search.js';
import {emptyHistory, inverseHessianProduct, remember, type History} from './quasi-newton-history.js';
import {searchVerdict} from './search-verdict.js';

/** Bounds of each entry: numbers (±Infinity for none), or tensors that broadcast with x. */
export type Bounds = {
  /** The smallest allowed x, in its units: a number for all entries, or a tensor that broadcasts to x, such as [n] or [B, n]. */
  lower: number | tf.Tensor;
  /** The largest allowed x, in its units: a number for all entries, or a tensor that broadcasts to x, such as [n] or [B, n]. */
  upper: number | tf.Tensor;
};

/** An entry this near to a bound that its slope presses against counts as held there. */
const HELD = 1e-3;

/** The gradient in units of the first one; see `descent-iteration.ts`. */
type Memory = {
  x: tf.Tensor2D;
  gradient: tf.Tensor2D;
  known: tf.Tensor2D;
  failed: tf.Tensor2D;
  /** The first trial that the last step suggests. */
  trial: tf.Tensor2D;
  history: History;
  scale: Scale;
  watch: Watch;
};

/** `gradient` is that of `fun`; `fun` is `null` if only the gradient is known. The bounds come before their parameters. */
export function boundedIteration<P extends Parameter[] = tf.Tensor[]>(
  {fun, gradient}: {fun: Objective<tf.Tensor, P> | null; gradient: Gradient<tf.Tensor, P>},
  {batched, historySize, accuracy}: {batched: boolean; historySize: number; accuracy: Tolerances},
): Iteration<tf.Tensor, [bounds: Bounds, ...params: P]> {
  const begin = (rows: tf.Tensor2D, scale: Scale): Memory => ({
    ...{x: tf.zerosLike(rows), gradient: tf.zerosLike(rows)},
    ...{known: tf.zeros([rows.shape[0], 1]), failed: tf.zeros([rows.shape[0], 1])},
    trial: tf.ones([rows.shape[0], 1]),
    history: emptyHistory(rows.shape, historySize),
    ...{scale, watch: startWatch(rows)},
  });
  /** x as rows, its bounds, and the projection onto them. */
  const within = (x: tf.Tensor, bounds: Bounds) => {
    const packing = packingOf([x], batched);
    const [low, high] = [bounds.lower, bounds.upper].map((bound) =>
      packing.pack([tf.broadcastTo(tf.cast(bound, 'float32'), x.shape)]),
    );
    const project = (rows: tf.Tensor) => tf.maximum(low, tf.minimum(rows, high)) as tf.Tensor2D;
    return {packing, low, high, project};
  };
  return {
    functions: [gradient, ...(fun ? [fun] : [])],
    start: (given: tf.Tensor, bounds: Bounds, ...params: P): Structure =>
      offTape(() => {
        const {packing, low, high, project} = within(given, bounds);
        const rows = project(packing.pack([given]));
        const slopesAt = (there: tf.Tensor) =>
          packing.pack([gradient(packing.restore(given, project(there)), ...params)]);
        const slopes = slopesAt(rows);
        // Entries that press against a bound do not move.
        const held = tf.logicalOr(
          tf.logicalAnd(tf.lessEqual(rows, low), tf.greater(slopes, 0)),
          tf.logicalAnd(tf.greaterEqual(rows, high), tf.less(slopes, 0)),
        );
        const free = tf.where(held, tf.zerosLike(slopes), slopes) as tf.Tensor2D;
        const {x: length, gradient: size} = firstScale(rows, free, slopesAt);
        // The bounds may leave less room than that.
        const end = project(tf.sub(rows, tf.mul(length, tf.div(free, size))));
        const room = tf.max(tf.abs(tf.sub(end, rows)), 1, true);
        const first = tf.where(tf.greater(room, 0), tf.minimum(length, room), length) as tf.Tensor2D;
        return begin(rows, {x: first, gradient: size}) as unknown as tf.TensorContainerObject;
      }) as unknown as Structure,
    renew: (given: tf.Tensor, memory: Structure, ..._params: [bounds: Bounds, ...params: P]): Structure =>
      begin(packingOf([given], batched).pack([given]), (memory as Memory).scale),
    step(given, memory, bounds, ...params) {
      const {packing, low, high, project} = within(given, bounds);
      const {shape} = packing;
      const slopesAt = (rows: tf.Tensor) => packing.pack([gradient(packing.restore(given, rows), ...params)]);
      const valueAt = (rows: tf.Tensor): tf.Tensor => {
        if (!fun) return tf.zeros([shape[0], 1]);
        const value = valuesOf('LBFGSB', fun(packing.restore(given, rows), ...params), shape[0]);
        return tf.reshape(value, [-1, 1]);
      };
      const before = memory as Memory;
      const {scale} = before;
      // A start outside of the bounds is moved onto them.
      const x = project(packing.pack([given]));
      const slopes = slopesAt(x);
      const value = offTape(() => valueAt(x));
      const g = tf.div(slopes, scale.gradient) as tf.Tensor2D;
      const history = remember(
        before.history,
        tf.div(tf.sub(x, before.x), scale.x),
        tf.sub(g, before.gradient),
        before.known,
      );
      // How far a gradient step of the first length may go. It is not computed from x, because rounding would hide it.
      const {room, distance} = offTape(() => {
        const room = tf.where(tf.greater(g, 0), tf.sub(x, low), tf.sub(high, x));
        return {room, distance: tf.minimum(tf.abs(tf.mul(scale.x, g)), room)};
      });
      const free = offTape(() => {
        const near = tf.minimum(tf.mul(HELD, scale.x), rowNorm(distance));
        const held = tf.logicalOr(
          tf.logicalAnd(tf.lessEqual(x, tf.add(low, near)), tf.greater(g, 0)),
          tf.logicalAnd(tf.greaterEqual(x, tf.sub(high, near)), tf.less(g, 0)),
        );
        return tf.sub(1, tf.cast(held, 'float32'));
      });
      const inner = tf.mul(free, inverseHessianProduct(history, g, free));
      const downhill = offTape(() => tf.greater(rowDot(inner, g), 0));
      const chosen = tf.where(
        offTape(() => tf.broadcastTo(downhill, g.shape)),
        inner,
        tf.mul(free, g),
      );
      const way = tf.mul(tf.neg(tf.add(chosen, tf.mul(tf.sub(1, free), g))), scale.x);
      const {t, lowest} = offTape(() => {
        const curved = tf.greater(rowDot(tf.sub(x, before.x), tf.sub(g, before.gradient)), 0);
        // f did not curve upwards along the last step, so the next one may be longer.
        const straight = tf.logicalAnd(tf.greater(before.known, 0), tf.logicalNot(curved));
        return projectedSearch(
          {x, value, slopes, movable: tf.greater(tf.max(distance, 1, true), 0)},
          {trial: tf.where(straight, before.trial, tf.onesLike(value)), way},
          {project, valueAt: fun ? valueAt : null, slopesAt},
        );
      });
      const moved = project(tf.add(x, tf.mul(t, way)));
      const {kept, failed, trial, tested, verdict} = offTape(() => {
        const found = tf.greater(t, 0);
        const failed = tf.where(found, tf.zerosLike(t), tf.add(before.failed, 1));
        const verdict = searchVerdict({before: before.x, moved, lowest, failures: failed, unit: scale.x});
        // If a gradient step ends at a bound, the smaller of g and the way to the bound counts.
        const clipped = tf.greater(tf.abs(tf.mul(scale.x, g)), room);
        const size = tf.maximum(
          tf.maximum(tf.abs(x), tf.abs(tf.sub(x, tf.mul(signOf(g), distance)))),
          tf.mul(SHARE_OF_LARGEST, before.watch.largest),
        );
        const place = {
          ...{x, value: slopes, at: (rows: tf.Tensor) => slopesAt(project(rows))},
          step: tf.sub(moved, x),
          ceiling: tf.where(clipped, safeDivide(distance, tf.add(distance, size)), tf.onesLike(size)),
        };
        return {
          ...{kept: tf.cast(found, 'float32'), failed},
          trial: tf.where(found, tf.mul(2, t), tf.onesLike(t)),
          tested: zeroTest(place, before.watch, accuracy),
          verdict,
        } as unknown as tf.TensorContainerObject;
      }) as unknown as {
        kept: tf.Tensor2D;
        failed: tf.Tensor2D;
        trial: tf.Tensor2D;
        tested: ReturnType<typeof zeroTest>;
        verdict: tf.Tensor;
      };
      const {residual, watch} = tested;
      const next: Memory = {x, gradient: g, known: kept, failed, trial, history, scale, watch};
      const details = () => ({value: fun ? tf.reshape(value, [-1]) : undefined});
      return {x: packing.restore(given, moved), memory: next, residual, verdict, stepSize: t, details};
    },
  };
}
