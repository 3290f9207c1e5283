/** @file The common part of the methods that search for a root along directions, as long as the residual decreases. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, renamed} from '../../checks/index.js';
import {
  flatten,
  marked,
  offTape,
  type AnyFunction,
  type Parameter,
  type Structure,
} from '../../autodiff/index.js';
import {leavesLike, packingOf, Status, type Condition} from '../../implicit/index.js';
import {fill, hostShouldRead} from '../../kernels/index.js';
import {auto, rowDot, rowNorm} from '../../linsolve/index.js';
import {IterativeSolver} from '../iteration/iterate.js';
import {startWatch, zeroTest, type Watch} from '../iteration/stopping.js';
import {tolerancesOf, type Tolerances} from '../iteration/tolerances.js';
import type {Iteration, SolverOptions} from '../iteration/types.js';
import {backtracking} from '../descent/line-searches/index.js';

/** The function F of the equations F(x, ...params) = 0, as `fun`. */
export type RootProblem<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> =
  | {
      /** F(x, ...params), a structure like x. */
      fun: Condition<X, P>;
    }
  | {
      /** @deprecated It is `fun` now. */
      residual: Condition<X, P>;
    };

/**
 * The direction from x, where F is `f`·`scale`, rows [B, n] and [B, 1]; `before` is the last x and f, and `known` [B, 1] is 1 if they
 * exist.
 */
export interface RootDirection<P extends Parameter[] = tf.Tensor[]> {
  /** Off the tape; `f` is F at x, `at` F elsewhere. */
  start(x: tf.Tensor2D, f: tf.Tensor2D, at: (x: tf.Tensor) => tf.Tensor): tf.NamedTensorMap;
  direction(
    place: {
      x: tf.Tensor2D;
      f: tf.Tensor2D;
      before: {x: tf.Tensor2D; f: tf.Tensor2D; known: tf.Tensor2D};
      point: Structure;
      params: P;
      scale: tf.Tensor2D;
    },
    memory: tf.NamedTensorMap,
  ): {d: tf.Tensor2D; memory: tf.NamedTensorMap};
  /** Further functions of the user's that it calls; `null` if they are not known. */
  functions?: readonly AnyFunction[] | null | undefined;
}

/** The number of trials of a line search if the host cannot see that it is done. */
const UNSEEN_TRIALS = 8;

type Memory = {
  x: tf.Tensor2D;
  f: tf.Tensor2D;
  known: tf.Tensor2D;
  /** The size of F at the start. */
  scale: tf.Tensor2D;
  /** ‖F‖ when it last decreased by a hundredth, and the steps since. */
  mark: tf.Tensor2D;
  still: tf.Tensor2D;
  watch: Watch;
  rule: tf.NamedTensorMap;
};

/** If ‖F‖ decreases by less than a hundredth in this many steps, the search gives up. */
const STILL = 12;

/**
 * F(x, ...params) = 0; a sample is solved if each entry of F is within the tolerance relative to its terms, and x no longer
 * moves; status 3 if ‖F‖ no longer decreases. The default condition is F.
 */
export class RootSolver<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends IterativeSolver<X, P> {
  constructor(
    className: string,
    problem: RootProblem<X, P>,
    rule: RootDirection<P>,
    options: SolverOptions<X, P>,
  ) {
    const {fun} = checkRoot(className, problem);
    const {batched = true} = options;
    const accuracy = tolerancesOf(className, options);
    super(className, iteration(className, fun, rule, batched, accuracy), fun, {
      ...options,
      linsolve: options.linsolve ?? auto(),
    });
  }
}

/** @throws If the problem is not {fun}. */
export function checkRoot<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  className: string,
  problem: RootProblem<X, P>,
): {fun: Condition<X, P>} {
  const given = renamed(className, problem, {residual: 'fun'}) as {fun: Condition<X, P>};
  const {fun} = checkOptions(className, given, {fun: 1}, 'entry');
  checkFunction(className, 'fun', fun);
  return given;
}

function iteration<X extends Structure, P extends Parameter[]>(
  className: string,
  fun: Condition<X, P>,
  rule: RootDirection<P>,
  batched: boolean,
  accuracy: Tolerances,
): Iteration<X, P> {
  const own = marked(fun);
  const valuesAt = (x: X, params: P) => leavesLike(`${className}: fun`, own(x, ...params), x);
  const lineSearches = {seen: backtracking(), unseen: backtracking({maxIterations: UNSEEN_TRIALS})};
  const start = (x: X, ...params: P): Structure =>
    offTape(() => {
      const packing = packingOf(flatten(x), batched);
      const rows = packing.pack(flatten(x));
      const at = (there: tf.Tensor) => packing.pack(valuesAt(packing.restore(x, there), params));
      const f = at(rows) as tf.Tensor2D;
      const top = tf.max(tf.abs(f), 1, true);
      const usable = tf.logicalAnd(tf.greater(top, 0), tf.isFinite(top));
      const column = () => tf.zeros([rows.shape[0], 1]);
      return {
        ...{x: tf.zerosLike(rows), f: tf.zerosLike(rows), known: column()},
        scale: tf.where(usable, top, tf.onesLike(top)),
        ...{mark: fill(top.shape, Infinity), still: column()},
        watch: startWatch(rows),
        rule: rule.start(rows, f, at),
      } as unknown as tf.TensorContainerObject;
    }) as unknown as Structure;
  return {
    functions: rule.functions === null ? undefined : [own, ...(rule.functions ?? [])],
    start,
    step(x, memory, ...params) {
      const {rule: own, known, scale, mark, still, watch, ...before} = memory as Memory;
      const packing = packingOf(flatten(x), batched);
      const [batch] = packing.shape;
      const rows = packing.pack(flatten(x));
      const at = (there: tf.Tensor) => packing.pack(valuesAt(packing.restore(x, there), params));
      const value = packing.pack(valuesAt(x, params));
      const f = tf.div(value, scale) as tf.Tensor2D;
      const place = {x: rows, f, before: {...before, known}, point: x, params, scale};
      const {d, memory: next} = rule.direction(place, own);
      const search = lineSearches[hostShouldRead() ? 'seen' : 'unseen'];
      const t = offTape(() => {
        // ½‖F‖² has the slope −‖F‖² along a Newton direction, and about the same along an approximate one.
        const merit = tf.mul(0.5, tf.reshape(rowDot(f, f), [batch]));
        const slope = tf.mul(-2, merit);
        const phi = (s: tf.Tensor) => {
          const g = tf.div(at(tf.add(rows, tf.mul(tf.reshape(s, [batch, 1]), d))), scale);
          return {value: tf.mul(0.5, tf.reshape(rowDot(g, g), [batch])), slope};
        };
        return tf.reshape(search.search(phi, {value: merit, slope, trial: tf.ones([batch])}), [batch, 1]);
      });
      const moved = packing.restore(x, tf.add(rows, tf.mul(t, d)));
      const {judged, kept, progress, verdict} = offTape(() => {
        const judgement = zeroTest({x: rows, value, at, step: tf.mul(t, d)}, watch, accuracy);
        const size = rowNorm(f);
        const fell = tf.less(size, tf.mul(0.99, mark));
        const waited = tf.where(fell, tf.zerosLike(still), tf.add(still, 1));
        const ends = tf.mul(Status.ITERATION_LIMIT, tf.cast(tf.greaterEqual(waited, STILL), 'float32'));
        return {
          judged: judgement as unknown as tf.NamedTensorMap,
          // If no step was found, the memory was misleading, so the next direction starts without it.
          kept: tf.cast(tf.greater(t, 0), 'float32'),
          progress: {mark: tf.where(fell, size, mark), still: waited},
          verdict: tf.reshape(ends, [batch]),
        } as unknown as tf.TensorContainerObject;
      }) as unknown as {
        judged: ReturnType<typeof zeroTest>;
        kept: tf.Tensor;
        progress: tf.NamedTensorMap;
        verdict: tf.Tensor;
      };
      const {residual, watch: watched} = judged;
      const memoryNext = {x: rows, f, known: kept, scale, ...progress, watch: watched, rule: next};
      return {x: moved, memory: memoryNext, residual, verdict, stepSize: t};
    },
  };
}
