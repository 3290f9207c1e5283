/** @file What the methods share that look for a root along directions, as far as the residual falls. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../checks/index.js';
import {arrangeLike, flatten, offTape, type Parameter, type Structure} from '../autodiff/index.js';
import {packingOf, type Condition} from '../implicit/index.js';
import {hostCanRead} from '../kernels/index.js';
import {auto, rowDot} from '../linsolve/index.js';
import {IterativeSolver, type Iteration} from './iterate.js';
import {backtracking} from './line-searches/index.js';
import type {SolverOptions} from './types.js';

export interface RootProblem<X extends Structure, P extends Parameter[]> {
  /** F(x, ...params), a structure like x. */
  fun: Condition<X, P>;
}

/** Where to go from x, where F is `f` [B, n]; `before` is the last x and F, `known` [B, 1] is 1 if there are any. */
export interface RootDirection<P extends Parameter[]> {
  start(rows: [batch: number, n: number]): tf.NamedTensorMap;
  direction(
    place: {
      x: tf.Tensor2D;
      f: tf.Tensor2D;
      before: {x: tf.Tensor2D; f: tf.Tensor2D; known: tf.Tensor2D};
      point: Structure;
      params: P;
    },
    memory: tf.NamedTensorMap,
  ): {d: tf.Tensor2D; memory: tf.NamedTensorMap};
}

/** Trials of a line search where no host sees that it is over. */
const UNSEEN_TRIALS = 8;

type Memory = {x: tf.Tensor2D; f: tf.Tensor2D; known: tf.Tensor2D; rule: tf.NamedTensorMap};

/** F(x, ...params) = 0; solved at ‖F‖ ≤ tolerance·(1 + ‖x‖). Its condition is F. */
export class RootSolver<X extends Structure, P extends Parameter[]> extends IterativeSolver<X, P> {
  constructor(
    className: string,
    problem: RootProblem<X, P>,
    rule: RootDirection<P>,
    options: SolverOptions<X, P>,
  ) {
    const {fun} = checkRoot(className, problem);
    const {batched = true} = options;
    super(className, iteration(fun, rule, batched), fun, {...options, linsolve: options.linsolve ?? auto()});
  }
}

const PROBLEM: Names<RootProblem<Structure, Parameter[]>> = {fun: 1};

/** @throws If the problem is not {fun}. */
export function checkRoot<X extends Structure, P extends Parameter[]>(
  className: string,
  problem: RootProblem<X, P>,
): RootProblem<X, P> {
  const {fun} = checkOptions(className, problem, PROBLEM, 'entry');
  checkFunction(className, 'fun', fun);
  return problem;
}

function iteration<X extends Structure, P extends Parameter[]>(
  fun: Condition<X, P>,
  rule: RootDirection<P>,
  batched: boolean,
): Iteration<X, P> {
  const valueAt = (x: X, params: P) => arrangeLike('What the function returns', fun(x, ...params), x);
  const lineSearches = {seen: backtracking(), unseen: backtracking({maxIterations: UNSEEN_TRIALS})};
  return {
    start(x: X, ..._params: P): Structure {
      const shape = packingOf(flatten(x), batched).shape;
      return {
        x: tf.zeros(shape),
        f: tf.zeros(shape),
        known: tf.zeros([shape[0], 1]),
        rule: rule.start(shape),
      };
    },
    step(x, memory, ...params) {
      const {rule: own, known, ...before} = memory as Memory;
      const packing = packingOf(flatten(x), batched);
      const [batch] = packing.shape;
      const rows = packing.pack(flatten(x));
      const value = valueAt(x, params);
      const f = packing.pack(flatten(value));
      const place = {x: rows, f, before: {...before, known}, point: x, params};
      const {d, memory: next} = rule.direction(place, own);
      const search = lineSearches[hostCanRead() ? 'seen' : 'unseen'];
      const t = offTape(() => {
        // ½‖F‖² has the slope −‖F‖² along a Newton direction, and about that along an approximate one.
        const merit = tf.mul(0.5, tf.reshape(rowDot(f, f), [batch]));
        const slope = tf.mul(-2, merit);
        const phi = (s: tf.Tensor) => {
          const there = packing.restore(x, tf.add(rows, tf.mul(tf.reshape(s, [batch, 1]), d)));
          const g = packing.pack(flatten(valueAt(there, params)));
          return {value: tf.mul(0.5, tf.reshape(rowDot(g, g), [batch])), slope};
        };
        return tf.reshape(search.search(phi, {value: merit, slope, trial: tf.ones([batch])}), [batch, 1]);
      });
      const moved = packing.restore(x, tf.add(rows, tf.mul(t, d)));
      // Where no step was found, what is remembered has misled: the next direction begins anew.
      const kept = offTape(() => tf.cast(tf.greater(t, 0), 'float32'));
      return {x: moved, memory: {x: rows, f, known: kept, rule: next}, residual: value};
    },
  };
}
