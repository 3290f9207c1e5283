/** @file L-BFGS with bounds. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../../checks/index.js';
import {offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {gradientOf, projectedGradient, type Objective} from '../../conditions/index.js';
import {packingOf, Status} from '../../implicit/index.js';
import {fill, hostCanRead} from '../../kernels/index.js';
import {signOf} from '../../linalg/index.js';
import {auto, rowDot, rowNorm, safeDivide} from '../../linsolve/index.js';
import {FAILURES, FAR} from './descent.js';
import {firstScale, type Scale} from '../iteration/first-scale.js';
import {IterativeSolver, tolerancesOf} from '../iteration/iterate.js';
import {checkHistorySize} from './lbfgs.js';
import {emptyHistory, inverseHessianProduct, remember, type History} from './parts/quasi-newton-history.js';
import {SHARE_OF_LARGEST, startWatch, zeroTest, type Watch} from '../iteration/stopping.js';
import {SOLVER_OPTIONS, type SolverOptions} from '../iteration/types.js';

/** Bounds of each entry: numbers (±Infinity for none), or tensors that broadcast with x. */
export type Bounds = {lower: number | tf.Tensor; upper: number | tf.Tensor};

export interface LBFGSBOptions<P extends Parameter[] = tf.Tensor[]> extends SolverOptions<
  tf.Tensor,
  [bounds: Bounds, ...params: P]
> {
  /** Steps that are remembered. Default 10. */
  historySize?: number | undefined;
}

const ARMIJO = 1e-4;
const TRIALS = 30;
/** Values nearer than this share of |f| are one value in f32. */
const ROUNDING = 1e-6;
/** An entry this near to a bound that its slope presses against counts as held there. */
const HELD = 1e-3;

const NAMES: Names<LBFGSBOptions<Parameter[]>> = {...SOLVER_OPTIONS, historySize: 0};

/**
 * min_x f(x, ...params) subject to lower ≤ x ≤ upper: quasi-Newton steps in the entries that are free, gradient steps towards the
 * bounds in the others, along the projected path, which never leaves the bounds.
 *
 * `run(init, {lower, upper}, ...params)` returns {x, state}; x is a tensor with the batch in front, f gives one value a sample. Solved
 * where each entry of ∇f that no bound holds is within the tolerance of its terms, and x rests. Status 2 where f falls without end, 3 where
 * the line search finds no step. Defaults: at most 500 iterations, tolerance 1e-6. The default condition is `conditions.projectedGradient`. The method is Bertsekas' two-metric
 * projection with the matrices of L-BFGS; it takes the place of the Cauchy points of Byrd et al. 1995.
 *
 * @throws If `historySize` is not a positive integer.
 * @see Bertsekas 1982, Projected Newton methods for optimization problems with simple constraints.
 */
export class LBFGSB<P extends Parameter[] = tf.Tensor[]> extends IterativeSolver<
  tf.Tensor,
  [bounds: Bounds, ...params: P]
> {
  constructor(problem: {fun: Objective<tf.Tensor, P>}, given: LBFGSBOptions<P> = {}) {
    const {fun} = checkOptions('LBFGSB', problem, {fun: 1}, 'entry');
    checkFunction('LBFGSB', 'fun', fun);
    const {historySize = 10, ...options} = checkOptions('LBFGSB', given, NAMES);
    checkHistorySize('LBFGSB', historySize);
    const gradient = gradientOf<tf.Tensor, P>(fun);
    const {batched = true} = options;
    // The gradients of tf.maximum and tf.minimum have the shape of the result, also for an argument that is broadcast.
    const clip = (y: tf.Tensor, {lower, upper}: Bounds) =>
      tf.maximum(tf.broadcastTo(lower, y.shape), tf.minimum(y, tf.broadcastTo(upper, y.shape)));
    const accuracy = tolerancesOf('LBFGSB', options);
    /** The gradient in units of the first one; see `descent.ts`. */
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
    const begin = (rows: tf.Tensor2D, scale: Scale): Memory => ({
      ...{x: tf.zerosLike(rows), gradient: tf.zerosLike(rows)},
      ...{known: tf.zeros([rows.shape[0], 1]), failed: tf.zeros([rows.shape[0], 1])},
      trial: tf.ones([rows.shape[0], 1]),
      history: emptyHistory(rows.shape, historySize),
      ...{scale, watch: startWatch(rows)},
    });
    /** x on rows, and what stays within the bounds. */
    const within = (x: tf.Tensor, bounds: Bounds) => {
      const packing = packingOf([x], batched);
      const [low, high] = [bounds.lower, bounds.upper].map((bound) =>
        packing.pack([tf.broadcastTo(tf.cast(bound, 'float32'), x.shape)]),
      );
      const project = (rows: tf.Tensor) => tf.maximum(low, tf.minimum(rows, high)) as tf.Tensor2D;
      return {packing, low, high, project};
    };
    super(
      'LBFGSB',
      {
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
            // The bounds may leave less room than f wants.
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
          const slopesAt = (rows: tf.Tensor) =>
            packing.pack([gradient(packing.restore(given, rows), ...params)]);
          const at = (rows: tf.Tensor) => {
            const value = fun(packing.restore(given, rows), ...params);
            if (value.size !== shape[0]) {
              throw new Error(
                `LBFGSB: the objective must return one value a sample, ${shape[0]} in all, got shape [${value.shape}].`,
              );
            }
            return {value: tf.reshape(value, [-1, 1]), gradient: slopesAt(rows)};
          };
          const before = memory as Memory;
          const {scale} = before;
          // A start outside of the bounds is moved onto them.
          const x = project(packing.pack([given]));
          const slopes = slopesAt(x);
          const {value} = offTape(() => ({value: at(x).value}));
          const g = tf.div(slopes, scale.gradient) as tf.Tensor2D;
          const history = remember(
            before.history,
            tf.div(tf.sub(x, before.x), scale.x),
            tf.sub(g, before.gradient),
            before.known,
          );
          // How far a gradient step of the first length may go, which is not taken from x: there rounding would swallow it.
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
            // Along which f was not seen to bend: the next step may be longer.
            const straight = tf.logicalAnd(tf.greater(before.known, 0), tf.logicalNot(curved));
            return search(tf.where(straight, before.trial, tf.onesLike(value)), way);
          });
          const moved = project(tf.add(x, tf.mul(t, way)));
          const {kept, failed, trial, tested, verdict} = offTape(() => {
            const found = tf.greater(t, 0);
            const failed = tf.where(found, tf.zerosLike(t), tf.add(before.failed, 1));
            const far = tf.greater(
              tf.max(tf.abs(moved), 1, true),
              tf.mul(FAR, tf.maximum(scale.x, tf.abs(before.x))),
            );
            const away = tf.logicalOr(
              tf.logicalAnd(tf.isInf(lowest), tf.less(lowest, 0)),
              tf.any(far, 1, true),
            );
            const stalled = tf.mul(
              Status.ITERATION_LIMIT,
              tf.cast(tf.greaterEqual(failed, FAILURES), 'float32'),
            );
            const code = tf.where(away, tf.fill(t.shape, Status.DUAL_INFEASIBLE), stalled);
            // Where a gradient step ends at a bound, what matters is g or the way there, whichever is less.
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
              verdict: tf.reshape(code, [-1]),
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
          return {x: packing.restore(given, moved), memory: next, residual, verdict};

          /** Armijo's rule along the projected path, by halving. */
          function search(trial: tf.Tensor, direction: tf.Tensor): {t: tf.Tensor; lowest: tf.Tensor} {
            const g = slopes;
            let lowest = value as tf.Tensor;
            let s = trial;
            let step = tf.zerosLike(trial);
            // No step is good for a sample that is NaN, or that stands on its solution.
            const open = tf.logicalAnd(tf.isFinite(value), tf.greater(tf.max(distance, 1, true), 0));
            let searching = tf.cast(open, 'float32') as tf.Tensor;
            for (let k = 0; k < TRIALS; k++) {
              const there = project(tf.add(x, tf.mul(s, direction)));
              const change = tf.sub(there, x);
              const slope = rowDot(g, change);
              const reached = at(there);
              lowest = tf.minimum(
                lowest,
                tf.where(tf.isNaN(reached.value), fill(lowest.shape, Infinity), reached.value),
              );
              const armijo = tf.lessEqual(reached.value, tf.add(value, tf.mul(ARMIJO, slope)));
              const alike = tf.lessEqual(
                tf.abs(tf.sub(reached.value, value)),
                tf.mul(ROUNDING, tf.abs(value)),
              );
              const flat = tf.lessEqual(rowDot(reached.gradient, change), tf.mul(2 * ARMIJO - 1, slope));
              const good = tf.cast(tf.logicalOr(armijo, tf.logicalAnd(alike, flat)), 'float32');
              step = tf.where(tf.cast(tf.mul(good, searching), 'bool'), s, step);
              searching = tf.mul(searching, tf.sub(1, good));
              s = tf.mul(0.5, s);
              if (hostCanRead() && searching.dataSync().every((flag) => flag === 0)) break;
            }
            return {t: step, lowest};
          }
        },
      },
      projectedGradient<tf.Tensor, Bounds, P>({gradient}, clip),
      {...options, linsolve: options.linsolve ?? auto()},
    );
  }
}
