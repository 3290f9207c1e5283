/** @file The iteration of the proximal-gradient methods: momentum, and the search for a step size. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {descend, type Gradient, type Prox} from '../../conditions/index.js';
import {packingOf, Status} from '../../implicit/index.js';
import {hostCanRead} from '../../kernels/index.js';
import {firstScale} from '../iteration/first-scale.js';
import type {Iteration} from '../iteration/iterate.js';
import {beside, combine, innerProduct, mapLeaves} from '../iteration/leaves.js';
import {startWatch, withinRounding, zeroTest, type Tolerances, type Watch} from '../iteration/stopping.js';

/** What a step starts from, y, the momentum's counter t a sample, and what the stopping test remembers. */
type Momentum<X> = [y: X, t: tf.Tensor, watch: Watch];

/** How a problem is stepped and judged. */
export interface StepSettings {
  batched: boolean;
  acceleration: boolean;
  accuracy: Tolerances;
}

/**
 * x ← T(x) from a point that is extrapolated if `acceleration`, T(x) = prox(x − η∇f(x), η). Without a prox, ∇f itself is judged, else
 * (T(x) − x)/η.
 */
export function fixedStep<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  {
    gradient,
    stepSize,
    prox,
  }: {
    gradient: (x: X, ...params: P) => X;
    stepSize: (...params: P) => number | tf.Tensor;
    prox: ((y: X, eta: number | tf.Tensor, ...params: P) => X) | null;
  },
  settings: StepSettings,
): Iteration<X, P> {
  const {batched} = settings;
  return {
    start: (x: X, ..._params: P): Structure => [
      ...[x, tf.ones([samplesOf(x, batched)])],
      startWatch(rowsOf(x, batched)),
    ],
    step(x, memory, ...params) {
      const [y, t, before] = memory as Momentum<X>;
      const slope = gradient(y, ...params);
      const eta = stepSize(...params);
      const straight = descend(y, slope, eta);
      const moved = prox ? prox(straight, eta, ...params) : straight;
      const {residual, watch} = offTape(() => {
        const at = (there: X) => gradient(there, ...params);
        const mapping = prox ? (move: tf.Tensor) => tf.div(move, eta) : null;
        return judge({y, slope, moved, at, mapping}, before, settings) as never;
      }) as unknown as ReturnType<typeof zeroTest>;
      return {x: moved, memory: [...extrapolate(x, y, moved, t, settings), watch], residual};
    },
  };
}

/** The stopping test at y, where the gradient is `slope` and which T moved to `moved`; `mapping` makes of that move what must be zero. */
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

/** The first trial of a step size is the last one, times this. */
const GROWTH = 1.25;
/** Or times this, where the gradient hardly changed along a step that was not short. */
const FAST_GROWTH = 4;
const STRAIGHT = 1e-2;
const NOT_SHORT = 1e-6;
const SHRINKAGE = 0.5;
const TRIALS = 60;
const CHECK_EVERY = 2;

/** So many first steps away, x has run away. */
export const FAR = 2 ** 60;

/** x ← prox_{ηg}(y − η∇f(y)), η found anew for every step. `smooth`: there is no g. */
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
      // The search is not differentiated: an unrolled gradient takes the step sizes as they are.
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
      return {x: moved, memory: [...momentum, watch, next, far] as unknown as Structure, residual, verdict};
    },
  };
}

/**
 * The largest η up to 1.25 times the last one, by halving, with ⟨∇f(z) − ∇f(y), z − y⟩ ≤ ‖z − y‖²/η, [B]; and what the next search
 * takes for the last one.
 *
 * Differences of gradients keep their digits near a solution, where those of values have none in f32.
 */
export function searchStep(
  before: tf.Tensor,
  batched: boolean,
  tryStep: (eta: tf.Tensor) => {from: Structure; change: Structure; bend: Structure},
): {eta: tf.Tensor; next: tf.Tensor} {
  return offTape(() => {
    let eta: tf.Tensor = tf.mul(GROWTH, before);
    let next = eta;
    for (let trial = 0; trial < TRIALS; trial++) {
      const tried = tf.tidy(() => {
        const {from, change, bend} = tryStep(eta);
        const square = innerProduct(change, change, batched);
        const bound = tf.div(square, eta);
        const curved = innerProduct(change, bend, batched);
        const tooLong = tf.logicalOr(
          tf.greater(curved, tf.mul(1 + 1e-4, bound)),
          // Where the step itself is NaN, no shorter one is better.
          tf.logicalAnd(tf.logicalNot(tf.isFinite(curved)), tf.logicalNot(tf.isNaN(bound))),
        );
        const long = tf.greater(square, tf.mul(NOT_SHORT, innerProduct(from, from, batched)));
        const straight = tf.logicalAnd(long, tf.less(curved, tf.mul(STRAIGHT, bound)));
        const chosen = tf.where(tooLong, tf.mul(SHRINKAGE, eta), eta);
        return {
          tooLong: tf.cast(tooLong, 'float32'),
          eta: chosen,
          next: tf.where(straight, tf.mul(FAST_GROWTH / GROWTH, chosen), chosen),
        };
      });
      ({eta, next} = tried);
      if (trial % CHECK_EVERY === 0 && hostCanRead() && tried.tooLong.dataSync().every((flag) => flag === 0))
        break;
      if (!hostCanRead() && trial === UNSEEN_TRIALS) break;
    }
    return {eta, next};
  });
}

/** Where no host sees that a search is over: the step size is carried along, so that few trials a step are enough. */
const UNSEEN_TRIALS = 1;

/** η beside the leaves of x: a sample each where all leaves have the same rank, else the least for all. */
function scalingFor(x: Structure, eta: tf.Tensor, batched: boolean): tf.Tensor {
  const leaves = flatten(x);
  const alike = leaves.every(({rank}) => rank === leaves[0].rank);
  return alike ? beside(eta, leaves[0], batched) : tf.min(eta);
}

function samplesOf(x: Structure, batched: boolean): number {
  return batched ? flatten(x)[0].shape[0] : 1;
}

function rowsOf(x: Structure, batched: boolean): tf.Tensor2D {
  return packingOf(flatten(x), batched).pack(flatten(x));
}

/** y = x⁺ + (t − 1)/t⁺ (x⁺ − x), with t reset where ⟨y − x⁺, x⁺ − x⟩ > 0. */
function extrapolate<X extends Structure>(
  x: X,
  y: X,
  moved: X,
  t: tf.Tensor,
  {batched, acceleration}: StepSettings,
): [y: X, t: tf.Tensor] {
  if (!acceleration) return [moved, t];
  const difference = combine(moved, x, (a, b) => tf.sub(a, b));
  const backward = combine(y, moved, (a, b) => tf.sub(a, b));
  const restart = offTape(() =>
    tf.cast(tf.greater(innerProduct(difference, backward, batched), 0), 'float32'),
  );
  const tBefore = tf.add(tf.mul(tf.sub(1, restart), t), restart);
  const tNext = tf.div(tf.add(1, tf.sqrt(tf.add(1, tf.mul(4, tf.square(tBefore))))), 2);
  const momentum = tf.mul(tf.sub(1, restart), tf.div(tf.sub(tBefore, 1), tNext));
  const next = combine(moved, difference, (a, d) => tf.add(a, tf.mul(beside(momentum, a, batched), d)));
  return [next, tNext];
}
