/** @file What the methods share that go along a direction as far as a line search says. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../../checks/index.js';
import {flatten, offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {gradientOf, stationary, type Objective} from '../../conditions/index.js';
import {packingOf, Status} from '../../implicit/index.js';
import {auto, rowDot} from '../../linsolve/index.js';
import {firstScale, type Scale} from '../iteration/first-scale.js';
import {IterativeSolver, tolerancesOf, type Iteration} from '../iteration/iterate.js';
import {zoom, type LineSearch} from './line-searches/index.js';
import {startWatch, withinRounding, zeroTest, type Tolerances, type Watch} from '../iteration/stopping.js';
import {SOLVER_OPTIONS, type SolverOptions} from '../iteration/types.js';

export interface MinimizationProblem<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> {
  /** f(x, ...params): one value a sample, [B]; for a single problem (or `batched: false`) a scalar. */
  fun: Objective<X, P>;
}

export interface DescentOptions<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends SolverOptions<X, P> {
  /** How far to go along a direction. Default `lineSearches.zoom()`. */
  lineSearch?: LineSearch | undefined;
}

/** What a direction is made of: rows [B, n], in units of the first step and the first gradient, so that all is of size 1. */
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

/** Where to go. `memory` has the batch in front; what is returned becomes the next one. */
export interface Direction<P extends Parameter[] = tf.Tensor[]> {
  start(rows: [batch: number, n: number]): tf.NamedTensorMap;
  direction(place: Place<P>, memory: tf.NamedTensorMap): {d: tf.Tensor2D; memory: tf.NamedTensorMap};
  /** The first step that is tried: 1, as the Newton-like methods want it, or what the last one suggests. Default 1. */
  trial?: 'one' | 'last' | undefined;
}

const PROBLEM: Names<MinimizationProblem<Structure, Parameter[]>> = {fun: 1};
export const DESCENT: Names<DescentOptions<Structure, Parameter[]>> = {...SOLVER_OPTIONS, lineSearch: 0};

/**
 * min_x f(x, ...params) along directions; solved where each entry of ∇f is within the tolerance of its terms, and x rests. Status 2 where f
 * falls without end, 3 where the line search finds no step though −∇f is not zero. Its condition is `conditions.stationary`.
 */
export class DescentSolver<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends IterativeSolver<X, P> {
  constructor(
    className: string,
    problem: MinimizationProblem<X, P>,
    rule: Direction<P>,
    options: DescentOptions<X, P>,
  ) {
    const {fun} = checkOptions(className, problem, PROBLEM, 'entry');
    checkFunction(className, 'fun', fun);
    const {batched = true, lineSearch = zoom()} = checkOptions(className, options, DESCENT);
    const accuracy = tolerancesOf(className, options);
    super(className, iteration(className, fun, rule, lineSearch, batched, accuracy), stationary(fun), {
      ...options,
      linsolve: options.linsolve ?? auto(),
    });
  }
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

/** A search that fails along −∇f as well will fail again. */
export const FAILURES = 2;
/** So many first steps away, x has run away. */
export const FAR = 2 ** 60;

function iteration<X extends Structure, P extends Parameter[]>(
  className: string,
  fun: Objective<X, P>,
  rule: Direction<P>,
  lineSearch: LineSearch,
  batched: boolean,
  accuracy: Tolerances,
): Iteration<X, P> {
  const gradient = gradientOf(fun);
  const values = (x: X, params: P, batch: number): tf.Tensor => {
    const value = fun(x, ...params);
    if (value.size !== batch) {
      throw new Error(
        `${className}: the objective must return one value a sample, ${batch} in all, got shape [${value.shape}].`,
      );
    }
    return tf.reshape(value, [batch]);
  };
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
  return {
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
        // Along which f was not seen to bend: the next step may be longer.
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
          return {value: valueAt(there), slope: tf.reshape(rowDot(d, slopesThere), [batch])};
        };
        const found = lineSearch.search(phi, {value: valueAt(rows), slope, trial});
        // A step shorter than x can hold does no harm, and takes an unrolled gradient on.
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
        const far = tf.greater(
          tf.max(tf.abs(moved), 1, true),
          tf.mul(FAR, tf.maximum(scale.x, tf.max(tf.abs(before.x), 1, true))),
        );
        const away = tf.logicalOr(far, tf.logicalAnd(tf.isInf(reached), tf.less(reached, 0)));
        const code = tf.where(
          away,
          tf.fill([batch, 1], Status.DUAL_INFEASIBLE),
          tf.where(
            tf.greaterEqual(failures, FAILURES),
            tf.fill([batch, 1], Status.ITERATION_LIMIT),
            tf.zerosLike(failed),
          ),
        );
        return {
          judged: judgement as unknown as tf.NamedTensorMap,
          verdict: tf.reshape(code, [batch]),
          // Where no step was found, what is remembered has misled: the next direction begins anew.
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
      return {x: packing.restore(x, moved), memory: next, residual, verdict};
    },
  };
}
