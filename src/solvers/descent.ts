/** @file What the methods share that go along a direction as far as a line search says. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../checks/index.js';
import {flatten, offTape, type Parameter, type Structure} from '../autodiff/index.js';
import {gradientOf, stationary, type Objective} from '../conditions/index.js';
import {packingOf} from '../implicit/index.js';
import {auto, rowDot, rowNorm} from '../linsolve/index.js';
import {IterativeSolver, type Iteration} from './iterate.js';
import {zoom, type LineSearch} from './line-searches/index.js';
import {SOLVER_OPTIONS, type SolverOptions} from './types.js';

export interface MinimizationProblem<X extends Structure, P extends Parameter[]> {
  /** f(x, ...params): one value a sample, [B]; for a single problem (or `batched: false`) a scalar. */
  fun: Objective<X, P>;
}

export interface DescentOptions<X extends Structure, P extends Parameter[]> extends SolverOptions<X, P> {
  /** How far to go along a direction. Default `lineSearches.zoom()`. */
  lineSearch?: LineSearch;
}

/** What a direction is made of: rows [B, n]. */
export interface Place<P extends Parameter[]> {
  x: tf.Tensor2D;
  gradient: tf.Tensor2D;
  /** The x and gradient before, and 1 if there are any, [B, 1]. */
  before: {x: tf.Tensor2D; gradient: tf.Tensor2D; known: tf.Tensor2D};
  /** The point as the user's structure, and the parameters. */
  point: Structure;
  params: P;
}

/** Where to go. `memory` has the batch in front; what is returned becomes the next one. */
export interface Direction<P extends Parameter[]> {
  start(rows: [batch: number, n: number]): tf.NamedTensorMap;
  direction(place: Place<P>, memory: tf.NamedTensorMap): {d: tf.Tensor2D; memory: tf.NamedTensorMap};
  /** The first step that is tried: 1, as the Newton-like methods want it, or what the last one suggests. Default 1. */
  trial?: 'one' | 'last';
}

const PROBLEM: Names<MinimizationProblem<Structure, Parameter[]>> = {fun: 1};
export const DESCENT: Names<DescentOptions<Structure, Parameter[]>> = {...SOLVER_OPTIONS, lineSearch: 0};

/** min_x f(x, ...params) along directions; solved at ‖∇f‖ ≤ tolerance·(1 + ‖x‖). Its condition is `conditions.stationary`. */
export class DescentSolver<X extends Structure, P extends Parameter[]> extends IterativeSolver<X, P> {
  constructor(
    className: string,
    problem: MinimizationProblem<X, P>,
    rule: Direction<P>,
    options: DescentOptions<X, P>,
  ) {
    const {fun} = checkOptions(className, problem, PROBLEM, 'entry');
    checkFunction(className, 'fun', fun);
    const {batched = true, lineSearch = zoom()} = checkOptions(className, options, DESCENT);
    super(className, iteration(className, fun, rule, lineSearch, batched), stationary(fun), {
      ...options,
      linsolve: options.linsolve ?? auto(),
    });
  }
}

type Memory = {
  x: tf.Tensor2D;
  gradient: tf.Tensor2D;
  known: tf.Tensor2D;
  step: tf.Tensor2D;
  rule: tf.NamedTensorMap;
};

function iteration<X extends Structure, P extends Parameter[]>(
  className: string,
  fun: Objective<X, P>,
  rule: Direction<P>,
  lineSearch: LineSearch,
  batched: boolean,
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
  return {
    start(x: X, ..._params: P): Structure {
      const shape = packingOf(flatten(x), batched).shape;
      const column: [number, number] = [shape[0], 1];
      return {
        x: tf.zeros(shape),
        gradient: tf.zeros(shape),
        known: tf.zeros(column),
        step: tf.ones(column),
        rule: rule.start(shape),
      };
    },
    step(x, memory, ...params) {
      const {known, step: last, rule: own, ...before} = memory as Memory;
      const packing = packingOf(flatten(x), batched);
      const [batch] = packing.shape;
      const rows = packing.pack(flatten(x));
      const g = packing.pack(flatten(gradient(x, ...params)));
      const place = {x: rows, gradient: g, before: {...before, known}, point: x, params};
      const proposed = rule.direction(place, own);
      // A direction that does not lead downhill (or is NaN) is replaced by the steepest one.
      const uphill = offTape(() => tf.logicalNot(tf.less(rowDot(proposed.d, g), 0)));
      const d = tf.where(tf.broadcastTo(uphill, g.shape), tf.neg(g), proposed.d) as tf.Tensor2D;
      const t = offTape(() => {
        const slope = tf.reshape(rowDot(d, g), [batch]);
        const unit = tf.minimum(1, tf.div(1, tf.maximum(rowNorm(g), 1e-20)));
        const likely = rule.trial === 'last' ? last : tf.onesLike(last);
        const cold = tf.logicalOr(tf.equal(known, 0), uphill);
        const trial = tf.reshape(tf.where(cold, unit, likely), [batch]);
        const at = (s: tf.Tensor) => packing.restore(x, tf.add(rows, tf.mul(tf.reshape(s, [batch, 1]), d)));
        const phi = (s: tf.Tensor) => {
          const there = at(s);
          const slopes = packing.pack(flatten(gradient(there, ...params)));
          return {value: values(there, params, batch), slope: tf.reshape(rowDot(d, slopes), [batch])};
        };
        return tf.reshape(lineSearch.search(phi, {value: values(x, params, batch), slope, trial}), [
          batch,
          1,
        ]);
      }) as tf.Tensor2D;
      const moved = tf.add(rows, tf.mul(t, d));
      // Where no step was found, what is remembered has misled: the next direction begins anew.
      const kept = offTape(() => tf.cast(tf.greater(t, 0), 'float32')) as tf.Tensor2D;
      const next: Memory = {
        x: rows,
        gradient: g,
        known: kept,
        step: tf.where(tf.greater(t, 0), tf.mul(2, t), tf.onesLike(t)) as tf.Tensor2D,
        rule: proposed.memory,
      };
      return {x: packing.restore(x, moved), memory: next, residual: packing.restore(x, g)};
    },
  };
}
