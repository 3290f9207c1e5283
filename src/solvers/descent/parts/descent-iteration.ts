/** @file The iteration of the methods that move along a direction, as far as a line search says. */
import * as tf from '@tensorflow/tfjs-core';
import {
  flatten,
  isOwn,
  marked,
  offTape,
  type AnyFunction,
  type Parameter,
  type Structure,
} from '../../../autodiff/index.js';
import {gradientOf, type Differentiable} from '../../../conditions/index.js';
import {packingOf} from '../../../implicit/index.js';
import {fill} from '../../../kernels/index.js';
import {rowDot} from '../../../linsolve/index.js';
import {firstScale, type Scale} from '../../iteration/first-scale.js';
import {startWatch, withinRounding, zeroTest, type Watch} from '../../iteration/stopping.js';
import type {Tolerances} from '../../iteration/tolerances.js';
import type {Iteration} from '../../iteration/types.js';
import type {LineSearch} from '../line-searches/index.js';
import {valuesOf} from './objective.js';
import {searchVerdict} from './search-verdict.js';

/** What a direction is computed from: rows [B, n], in units of the first step and the first gradient, so that sizes are about 1. */
export interface Place<P extends Parameter[] = tf.Tensor[]> {
  gradient: tf.Tensor2D;
  /** The last step, the change of the gradient along it, the gradient and the direction before; `known` [B, 1] is 1 if there are any. */
  before: {
    step: tf.Tensor2D;
    change: tf.Tensor2D;
    gradient: tf.Tensor2D;
    direction: tf.Tensor2D;
    known: tf.Tensor2D;
  };
  /** The point as the user's structure, and the parameters. */
  point: Structure;
  params: P;
  /** The units, [B, 1] each. */
  scale: Scale;
}

/** The direction to move along. `memory` has the batch in front; the one returned is given to the next step. */
export interface Direction<P extends Parameter[] = tf.Tensor[]> {
  start(rows: [batch: number, n: number]): tf.NamedTensorMap;
  direction(place: Place<P>, memory: tf.NamedTensorMap): {d: tf.Tensor2D; memory: tf.NamedTensorMap};
  /** The first step that is tried: 'one' is 1, as Newton-like methods need; 'last' is what the last step suggests. Default 'one'. */
  trial?: 'one' | 'last' | undefined;
  /** Further functions of the user's that it calls; `null` if they are not known. */
  functions?: readonly AnyFunction[] | null | undefined;
}

type Memory = {
  x: tf.Tensor2D;
  /** In units of the first one. */
  gradient: tf.Tensor2D;
  direction: tf.Tensor2D;
  known: tf.Tensor2D;
  /** The first trial that the last step suggests. */
  trial: tf.Tensor2D;
  /** Searches in a row that found no step. */
  failed: tf.Tensor2D;
  rule: tf.NamedTensorMap;
  scale: Scale;
  watch: Watch;
};

/** The iteration of `rule`, which gives the direction; `lineSearch` decides how far to move along it. */
export function descentIteration<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  className: string,
  fun: Differentiable<X, P>,
  rule: Direction<P>,
  lineSearch: LineSearch,
  batched: boolean,
  accuracy: Tolerances,
): Iteration<X, P> {
  const gradient = gradientOf(fun, `${className}: fun`);
  const objective = typeof fun === 'function' ? marked(fun) : null;
  const values = (x: X, params: P, batch: number) =>
    objective ? valuesOf(className, objective(x, ...params), batch) : tf.zeros([batch]);
  const begin = (rows: tf.Tensor2D, scale: Scale): Memory => {
    const column = () => tf.zeros([rows.shape[0], 1]) as tf.Tensor2D;
    return {
      x: tf.zerosLike(rows),
      gradient: tf.zerosLike(rows),
      direction: tf.zerosLike(rows),
      known: column(),
      trial: tf.onesLike(column()),
      failed: column(),
      rule: rule.start(rows.shape),
      scale,
      watch: startWatch(rows),
    };
  };
  const isKnown = isOwn('search', lineSearch) && rule.functions !== null;
  return {
    functions: isKnown ? [gradient, ...(objective ? [objective] : []), ...(rule.functions ?? [])] : undefined,
    start(x: X, ...params: P): Structure {
      return offTape(() => {
        const packing = packingOf(flatten(x), batched);
        const rows = packing.pack(flatten(x));
        const at = (there: tf.Tensor) =>
          packing.pack(flatten(gradient(packing.restore(x, there), ...params)));
        const {x: length, gradient: size} = firstScale(rows, at(rows), at);
        return begin(rows, {x: length, gradient: size}) as unknown as tf.TensorContainerObject;
      }) as unknown as Structure;
    },
    renew(x: X, memory: Structure, ..._params: P): Structure {
      const rows = packingOf(flatten(x), batched).pack(flatten(x));
      return begin(rows, (memory as Memory).scale);
    },
    step(x, memory, ...params) {
      const {known, trial: last, failed, rule: own, scale, watch, ...before} = memory as Memory;
      const packing = packingOf(flatten(x), batched);
      const [batch] = packing.shape;
      const rows = packing.pack(flatten(x));
      const gradientAt = (there: tf.Tensor) =>
        packing.pack(flatten(gradient(packing.restore(x, there), ...params)));
      const slopes = packing.pack(flatten(gradient(x, ...params)));
      const g = tf.div(slopes, scale.gradient) as tf.Tensor2D;
      const step = tf.div(tf.sub(rows, before.x), scale.x) as tf.Tensor2D;
      const change = tf.sub(g, before.gradient) as tf.Tensor2D;
      const place = {gradient: g, before: {...before, step, change, known}, point: x, params, scale};
      const proposed = rule.direction(place, own);
      // A direction that does not lead downhill (or is NaN) is replaced by the steepest one.
      const uphill = offTape(() => tf.logicalNot(tf.less(rowDot(proposed.d, g), 0)));
      const d = tf.where(
        offTape(() => tf.broadcastTo(uphill, g.shape)),
        tf.neg(g),
        proposed.d,
      ) as tf.Tensor2D;
      const way = tf.mul(d, scale.x);
      const {t, reached, resting} = offTape(() => {
        const slope = tf.reshape(rowDot(d, g), [batch]);
        // f did not curve upwards along the last step, so the next one may be longer.
        const straight = tf.logicalAnd(tf.greater(known, 0), tf.lessEqual(rowDot(step, change), 0));
        const likely = tf.where(straight, last, rule.trial === 'last' ? last : tf.onesLike(last));
        const cold = tf.logicalOr(tf.equal(known, 0), tf.logicalAnd(uphill, tf.logicalNot(straight)));
        const trial = tf.reshape(tf.where(cold, tf.onesLike(last), likely), [batch]);
        const at = (s: tf.Tensor) => tf.add(rows, tf.mul(tf.reshape(s, [batch, 1]), way));
        const inUnits = (value: tf.Tensor) =>
          tf.div(tf.div(value, tf.reshape(scale.gradient, [batch])), tf.reshape(scale.x, [batch]));
        const valueAt = (there: tf.Tensor) => inUnits(values(packing.restore(x, there), params, batch));
        const phi = (s: tf.Tensor) => {
          const there = at(s);
          const slopesThere = tf.div(gradientAt(there), scale.gradient);
          const slopeThere = tf.reshape(rowDot(d, slopesThere), [batch]);
          // Without f, its change is estimated from the slopes at both ends: exact for a parabola.
          const value = objective ? valueAt(there) : tf.mul(tf.mul(0.5, s), tf.add(slope, slopeThere));
          return {value, slope: slopeThere};
        };
        const found = lineSearch.search(phi, {value: valueAt(rows), slope, trial});
        // A step too short to change x in f32 does no harm, and an unrolled gradient needs it.
        const resting = tf.all(tf.cast(withinRounding(way, rows), 'bool'), 1);
        const t = tf.where(tf.logicalAnd(resting, tf.equal(found, 0)), tf.onesLike(found), found);
        return {
          t: tf.reshape(t, [batch, 1]),
          reached: tf.reshape(valueAt(at(t)), [batch, 1]),
          resting: tf.reshape(tf.logicalAnd(resting, tf.equal(found, 0)), [batch, 1]),
        };
      }) as {t: tf.Tensor2D; reached: tf.Tensor2D; resting: tf.Tensor};
      const moved = tf.add(rows, tf.mul(t, way));
      const {judged, verdict, kept, failures, trial} = offTape(() => {
        const move = tf.mul(t, way);
        const creeping = rule.trial === 'last';
        const judgement = zeroTest(
          {x: rows, value: slopes, at: gradientAt, step: move, creeping},
          watch,
          accuracy,
        );
        const found = tf.greater(t, 0);
        const failures = tf.where(
          tf.logicalAnd(found, tf.logicalNot(resting)),
          tf.zerosLike(failed),
          tf.add(failed, 1),
        );
        // Without f: every step decreases f, so if x is infinite, f has no minimum.
        const lowest = objective
          ? reached
          : tf.where(tf.any(tf.isInf(moved), 1, true), fill(reached.shape, -Infinity), reached);
        const verdict = searchVerdict({before: before.x, moved, lowest, failures, unit: scale.x});
        return {
          judged: judgement as unknown as tf.NamedTensorMap,
          verdict,
          // If no step was found, the memory was misleading, so the next direction starts without it.
          kept: tf.cast(found, 'float32'),
          failures,
          trial: tf.where(found, tf.mul(2, t), tf.onesLike(t)),
        };
      });
      const {residual, watch: watched} = judged as unknown as ReturnType<typeof zeroTest>;
      const next: Memory = {
        x: rows,
        gradient: g,
        direction: d,
        known: kept as tf.Tensor2D,
        trial: trial as tf.Tensor2D,
        failed: failures as tf.Tensor2D,
        rule: proposed.memory,
        scale,
        watch: watched,
      };
      const details = () => ({value: objective ? values(x, params, batch) : undefined});
      return {x: packing.restore(x, moved), memory: next, residual, verdict, stepSize: t, details};
    },
  };
}
