/** @file L-BFGS with bounds. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../checks/index.js';
import {offTape, type Parameter, type Structure} from '../autodiff/index.js';
import {gradientOf, projectedGradient, type Objective} from '../conditions/index.js';
import {packingOf} from '../implicit/index.js';
import {hostCanRead} from '../kernels/index.js';
import {auto, rowDot, rowNorm} from '../linsolve/index.js';
import {IterativeSolver} from './iterate.js';
import {checkHistorySize} from './lbfgs.js';
import {emptyHistory, inverseHessianProduct, remember, type History} from './quasi-newton-history.js';
import {SOLVER_OPTIONS, type SolverOptions} from './types.js';

/** Bounds of each entry: numbers (±Infinity for none), or tensors that broadcast with x. */
export type Bounds = {lower: number | tf.Tensor; upper: number | tf.Tensor};

export interface LBFGSBOptions<P extends Parameter[]> extends SolverOptions<tf.Tensor, [Bounds, ...P]> {
  /** Steps that are remembered. Default 10. */
  historySize?: number;
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
 * at ‖clip(x − ∇f) − x‖ ≤ tolerance·(1 + ‖x‖). The default condition is `conditions.projectedGradient`. The method is Bertsekas' two-metric
 * projection with the matrices of L-BFGS; it takes the place of the Cauchy points of Byrd et al. 1995.
 *
 * @throws If `historySize` is not a positive integer.
 * @see Bertsekas 1982, Projected Newton methods for optimization problems with simple constraints.
 */
export class LBFGSB<P extends Parameter[] = Parameter[]> extends IterativeSolver<tf.Tensor, [Bounds, ...P]> {
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
    type Memory = {x: tf.Tensor2D; gradient: tf.Tensor2D; known: tf.Tensor2D; history: History};
    super(
      'LBFGSB',
      {
        start(x: tf.Tensor, ..._params: [Bounds, ...P]): Structure {
          const shape = packingOf([x], batched).shape;
          return {
            x: tf.zeros(shape),
            gradient: tf.zeros(shape),
            known: tf.zeros([shape[0], 1]),
            history: emptyHistory(shape, historySize),
          };
        },
        step(given, memory, bounds, ...params) {
          const packing = packingOf([given], batched);
          const {shape} = packing;
          const [low, high] = [bounds.lower, bounds.upper].map((bound) =>
            packing.pack([tf.broadcastTo(tf.cast(bound, 'float32'), given.shape)]),
          );
          const project = (rows: tf.Tensor) => tf.maximum(low, tf.minimum(rows, high)) as tf.Tensor2D;
          const at = (rows: tf.Tensor) => {
            const there = packing.restore(given, rows);
            const value = fun(there, ...params);
            if (value.size !== shape[0]) {
              throw new Error(
                `LBFGSB: the objective must return one value a sample, ${shape[0]} in all, got shape [${value.shape}].`,
              );
            }
            return {value: tf.reshape(value, [-1, 1]), gradient: packing.pack([gradient(there, ...params)])};
          };
          // A start outside of the bounds is moved onto them.
          const x = project(packing.pack([given]));
          const {value, gradient: g} = at(x);
          const before = memory as Memory;
          const history = remember(
            before.history,
            tf.sub(x, before.x),
            tf.sub(g, before.gradient),
            before.known,
          );
          const residual = tf.sub(project(tf.sub(x, g)), x);
          const {d, t} = offTape(() => {
            const near = tf.minimum(HELD, rowNorm(residual));
            const held = tf.logicalOr(
              tf.logicalAnd(tf.lessEqual(x, tf.add(low, near)), tf.greater(g, 0)),
              tf.logicalAnd(tf.greaterEqual(x, tf.sub(high, near)), tf.less(g, 0)),
            );
            const free = tf.sub(1, tf.cast(held, 'float32'));
            const inner = tf.mul(free, inverseHessianProduct(history, g, free));
            const downhill = tf.greater(rowDot(inner, g), 0);
            const direction = tf.neg(
              tf.add(tf.where(downhill, inner, tf.mul(free, g)), tf.mul(tf.sub(1, free), g)),
            );
            const cold = tf.logicalOr(tf.equal(before.known, 0), tf.logicalNot(downhill));
            const unit = tf.minimum(1, tf.div(1, tf.maximum(rowNorm(g), 1e-20)));
            const trial = tf.where(cold, unit, tf.onesLike(unit));
            return {d: direction, t: search(trial, direction)};
          });
          const moved = project(tf.add(x, tf.mul(t, d)));
          const kept = offTape(() => tf.cast(tf.greater(t, 0), 'float32')) as tf.Tensor2D;
          const next: Memory = {x, gradient: g, known: kept, history};
          return {
            x: packing.restore(given, moved),
            memory: next,
            residual: packing.restore(given, residual),
          };

          /** Armijo's rule along the projected path, by halving. */
          function search(trial: tf.Tensor, direction: tf.Tensor): tf.Tensor {
            let s = trial;
            let step = tf.zerosLike(trial);
            // No step is good for a sample that is NaN, or that stands on its solution.
            const open = tf.logicalAnd(tf.isFinite(value), tf.greater(rowNorm(residual), 0));
            let searching = tf.cast(open, 'float32') as tf.Tensor;
            for (let k = 0; k < TRIALS; k++) {
              const there = project(tf.add(x, tf.mul(s, direction)));
              const change = tf.sub(there, x);
              const slope = rowDot(g, change);
              const reached = at(there);
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
            return step;
          }
        },
      },
      projectedGradient<tf.Tensor, Bounds, P>({gradient}, clip),
      {...options, linsolve: options.linsolve ?? auto()},
    );
  }
}
