/** @file The iteration of the proximal-gradient methods, with a step size that is given or searched for. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {descend, type Gradient, type Prox} from '../../conditions/index.js';
import {packingOf, Status} from '../../implicit/index.js';
import {FAR, firstScale} from '../iteration/first-scale.js';
import {startWatch, withinRounding, zeroTest, type Watch} from '../iteration/stopping.js';
import type {Tolerances} from '../iteration/tolerances.js';
import type {StepTable} from '../iteration/step-schedule.js';
import type {Iteration} from '../iteration/types.js';
import {beside, combine, mapLeaves, samplesOf} from '../iteration/leaves.js';
import {extrapolate} from './parts/momentum.js';
import {searchStep} from './parts/step-search.js';

/** The point y that a step starts from, the momentum's counter t of each sample, and the memory of the stopping test. */
type Momentum<X> = [y: X, t: tf.Tensor, watch: Watch];

/** The same with the number of the iteration, [B], if the step sizes depend on it. */
type FixedMemory<X> = [...Momentum<X>, ...count: tf.Tensor[]];

/** The settings of the steps and of the stopping test. */
export interface StepSettings {
  batched: boolean;
  acceleration: boolean;
  accuracy: Tolerances;
}

/**
 * x ← T(x) from a point that is extrapolated if `acceleration` is true, T(x) = prox(x − η∇f(x), η). The stopping test looks at
 * (T(x) − x)/η, without a prox at ∇f.
 */
export function fixedStep<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  {
    gradient,
    stepSize,
    prox,
  }: {
    gradient: (x: X, ...params: P) => X;
    /** A function of the parameters, or one for each iteration. */
    stepSize: ((...params: P) => number | tf.Tensor) | StepTable;
    prox: ((y: X, eta: number | tf.Tensor, ...params: P) => X) | null;
  },
  settings: StepSettings,
): Iteration<X, P> {
  const {batched} = settings;
  return {
    functions: [gradient, ...(prox ? [prox] : []), ...(typeof stepSize === 'function' ? [stepSize] : [])],
    start: (x: X, ..._params: P): Structure => [
      ...[x, tf.ones([samplesOf(x, batched)])],
      startWatch(rowsOf(x, batched)),
      ...(typeof stepSize === 'function' ? [] : [tf.ones([samplesOf(x, batched)])]),
    ],
    // The count of the iterations goes on with other parameters.
    renew: (x: X, memory: Structure, ..._params: P): Structure => {
      const [, t, , ...count] = memory as FixedMemory<X>;
      return [x, tf.onesLike(t), startWatch(rowsOf(x, batched)), ...count];
    },
    step(x, memory, ...params) {
      const [y, t, before, ...count] = memory as FixedMemory<X>;
      const slope = gradient(y, ...params);
      const sizes = typeof stepSize === 'function' ? null : stepSize.at(count[0]);
      const eta = typeof stepSize === 'function' ? stepSize(...params) : scalingFor(x, sizes!, batched);
      const straight = descend(y, slope, eta);
      const moved = prox ? prox(straight, eta, ...params) : straight;
      const {residual, watch} = offTape(() => {
        const at = (there: X) => gradient(there, ...params);
        const mapping = prox ? (move: tf.Tensor) => tf.div(move, eta) : null;
        return judge({y, slope, moved, at, mapping}, before, settings) as never;
      }) as unknown as ReturnType<typeof zeroTest>;
      return {
        x: moved,
        memory: [...extrapolate(x, y, moved, t, settings), watch, ...count.map((k) => tf.add(k, 1))],
        residual,
        stepSize: sizes ?? eta,
      };
    },
  };
}

/** The stopping test at y, with the gradient `slope` there and T(y) = `moved`; `mapping` turns that move into what must be zero. */
function judge<X extends Structure>(
  {
    y,
    slope,
    moved,
    at,
    mapping,
  }: {y: X; slope: X; moved: X; at: (x: X) => X; mapping: ((move: tf.Tensor) => tf.Tensor) | null},
  watch: Watch,
  {batched, accuracy}: StepSettings,
): ReturnType<typeof zeroTest> {
  const packing = packingOf(flatten(y), batched);
  const pack = (structure: X) => packing.pack(flatten(structure));
  const x = pack(y);
  const move = combine(moved, y, (a, b) => tf.sub(a, b));
  const step = pack(move);
  return zeroTest(
    {
      x,
      value: pack(slope),
      at: (rows) => pack(at(packing.restore(y, rows))),
      step,
      rest: mapping ? pack(combine(move, move, mapping)) : undefined,
      stuck: withinRounding(step, x),
    },
    watch,
    accuracy,
  );
}

/** x ← prox_{ηg}(y − η∇f(y)), with a search for η in every step. `smooth`: there is no g. */
export function searchedStep<
  X extends Structure = tf.Tensor,
  H extends Parameter = Parameter,
  P extends Parameter[] = tf.Tensor[],
>(
  {gradient, prox, smooth}: {gradient: Gradient<X, P>; prox: Prox<X, H>; smooth: boolean},
  settings: StepSettings,
): Iteration<X, [proxParams: H, ...params: P]> {
  const {batched} = settings;
  /** y, t, the watch, the first trial of η, and the size of an x that has run away. */
  type Memory = [...Momentum<X>, trial: tf.Tensor, far: tf.Tensor];
  return {
    functions: [gradient, prox],
    start: (x: X, _proxParams: H, ...params: P): Structure =>
      offTape(() => {
        const packing = packingOf(flatten(x), batched);
        const rows = packing.pack(flatten(x));
        const at = (there: tf.Tensor) =>
          packing.pack(flatten(gradient(packing.restore(x, there), ...params)));
        const {x: length, gradient: size} = firstScale(rows, at(rows), at);
        const flat = (column: tf.Tensor) => tf.reshape(column, [-1]);
        return [
          ...[mapLeaves(x, (leaf) => tf.clone(leaf)), tf.ones([samplesOf(x, batched)]), startWatch(rows)],
          flat(tf.div(length, size)),
          flat(tf.mul(FAR, tf.maximum(length, tf.max(tf.abs(rows), 1, true)))),
        ] as unknown as tf.TensorContainerArray;
      }) as unknown as Structure,
    renew(x: X, memory: Structure, ..._params: [proxParams: H, ...params: P]): Structure {
      const [, t, , trial, far] = memory as Memory;
      return [x, tf.onesLike(t), startWatch(rowsOf(x, batched)), trial, far];
    },
    step(x, memory, proxParams, ...params) {
      const [y, t, before, first, far] = memory as Memory;
      const slope = gradient(y, ...params);
      const stepped = (from: X, g: X, eta: tf.Tensor): X => {
        const scaling = scalingFor(from, eta, batched);
        return prox(descend(from, g, scaling), proxParams, scaling);
      };
      // The search is not differentiated: an unrolled gradient treats the step sizes as constants.
      const {eta, next} = searchStep(first, batched, (trial) => {
        const candidate = stepped(y, slope, trial);
        const change = combine(candidate, y, (a, b) => tf.sub(a, b));
        const bend = combine(gradient(candidate, ...params), slope, (a, b) => tf.sub(a, b));
        return {from: y, change, bend};
      });
      const moved = stepped(y, slope, eta);
      const {residual, watch, verdict} = offTape(() => {
        const at = (there: X) => gradient(there, ...params);
        const scaling = scalingFor(x, eta, batched);
        const mapping = smooth ? null : (move: tf.Tensor) => tf.div(move, scaling);
        const away = tf.greater(tf.max(tf.abs(rowsOf(moved, batched)), 1), far);
        return {
          ...judge({y, slope, moved, at, mapping}, before, settings),
          verdict: tf.mul(Status.DUAL_INFEASIBLE, tf.cast(away, 'float32')),
        } as unknown as tf.TensorContainerObject;
      }) as unknown as ReturnType<typeof zeroTest> & {verdict: tf.Tensor};
      const momentum = extrapolate(x, y, moved, t, settings);
      return {
        x: moved,
        memory: [...momentum, watch, next, far] as unknown as Structure,
        residual,
        verdict,
        stepSize: eta,
      };
    },
  };
}

/** η in a shape that multiplies the leaves of x: one per sample if all leaves have the same rank, else the smallest for all. */
function scalingFor(x: Structure, eta: tf.Tensor, batched: boolean): tf.Tensor {
  const leaves = flatten(x);
  const alike = leaves.every(({rank}) => rank === leaves[0].rank);
  return alike ? beside(eta, leaves[0], batched) : tf.min(eta);
}

function rowsOf(x: Structure, batched: boolean): tf.Tensor2D {
  return packingOf(flatten(x), batched).pack(flatten(x));
}
