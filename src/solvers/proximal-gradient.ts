/** @file The proximal-gradient method, accelerated. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, offTape, unflatten, type Parameter, type Structure} from '../autodiff/index.js';
import {
  gradientOf,
  proximalGradient,
  type Differentiable,
  type FixedPointCondition,
  type Prox,
  type StepOptions,
} from '../conditions/index.js';
import {auto} from '../linsolve/index.js';
import {IterativeSolver, type Iteration} from './iterate.js';
import type {SolverOptions} from './types.js';

export interface ProximalGradientProblem<X extends Structure, H extends Parameter, P extends Parameter[]> {
  /** The smooth part f(x, ...params), one value a sample or their sum; or `{gradient}`. */
  fun: Differentiable<X, P>;
  /** prox(y, params, scaling) of the other part. */
  prox: Prox<X, H>;
}

export interface ProximalGradientOptions<P extends Parameter[]> extends SolverOptions, StepOptions<P> {
  /** Nesterov momentum with a restart of each sample where it points uphill. Default true. */
  acceleration?: boolean;
}

/**
 * min_x f(x, ...params) + g(x; proxParams): x ← prox_{ηg}(y − η∇f(y)), y extrapolated from the last two x.
 *
 * `run(init, proxParams, ...params)` returns {x, state}. `stepSize` η must be below 2/L, and with acceleration at most 1/L,
 * L the largest eigenvalue of ∇²f.
 *
 * @see Beck & Teboulle 2009 (FISTA); O'Donoghue & Candès 2015 (arXiv 1204.3982) for the restart.
 */
export class ProximalGradient<
  X extends Structure = Structure,
  H extends Parameter = Parameter,
  P extends Parameter[] = Parameter[],
> extends IterativeSolver<X, [H, ...P]> {
  constructor(
    {fun, prox}: ProximalGradientProblem<X, H, P>,
    {stepSize = 1, acceleration = true, ...options}: ProximalGradientOptions<P> = {},
  ) {
    const gradient = gradientOf(fun);
    const condition = proximalGradient<X, H, P>({gradient}, prox, {stepSize});
    super('ProximalGradient', proximalIteration(condition, options.batched, acceleration), condition, {
      ...options,
      linsolve: options.linsolve ?? auto(),
    });
  }
}

/** x ← T(y), T the map of the condition, y extrapolated if `acceleration`. */
export function proximalIteration<X extends Structure, P extends Parameter[]>(
  {map}: FixedPointCondition<X, P>,
  batched = true,
  acceleration = true,
): Iteration<X, P> {
  return {
    // The point y that the step starts from, and the momentum's counter t a sample.
    start: (x: X, ..._params: P): Structure => [x, tf.ones([batched ? flatten(x)[0].shape[0] : 1])],
    step(x, memory, ...params) {
      const [y, t] = memory as [X, tf.Tensor1D];
      const moved = map(y, ...params);
      const residual = combine(moved, y, (a, b) => tf.sub(a, b));
      if (!acceleration) return {x: moved, memory: [moved, t], residual};
      return {x: moved, memory: extrapolate(x, y, moved, t, batched), residual};
    },
  };
}

/** y = x⁺ + (t − 1)/t⁺ (x⁺ − x), with t reset where ⟨y − x⁺, x⁺ − x⟩ > 0. */
function extrapolate<X extends Structure>(
  x: X,
  y: X,
  moved: X,
  t: tf.Tensor1D,
  batched: boolean,
): [X, tf.Tensor] {
  const rows = (structure: Structure) =>
    flatten(structure).map((leaf) => tf.reshape(leaf, [batched ? leaf.shape[0] : 1, -1]));
  const difference = combine(moved, x, (a, b) => tf.sub(a, b));
  const backward = rows(combine(y, moved, (a, b) => tf.sub(a, b)));
  const uphill = tf.addN(rows(difference).map((d, i) => tf.sum(tf.mul(d, backward[i]), 1)));
  const restart = offTape(() => tf.cast(tf.greater(uphill, 0), 'float32'));
  const tBefore = tf.add(tf.mul(tf.sub(1, restart), t), restart);
  const tNext = tf.div(tf.add(1, tf.sqrt(tf.add(1, tf.mul(4, tf.square(tBefore))))), 2);
  const momentum = tf.mul(tf.sub(1, restart), tf.div(tf.sub(tBefore, 1), tNext));
  const next = combine(moved, difference, (a, d) => {
    const shape = batched ? [a.shape[0], ...a.shape.slice(1).map(() => 1)] : a.shape.map(() => 1);
    return tf.add(a, tf.mul(tf.reshape(momentum, shape), d));
  });
  return [next, tNext];
}

function combine<X extends Structure>(a: X, b: X, f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): X {
  const others = flatten(b);
  return unflatten(
    a,
    flatten(a).map((leaf, i) => f(leaf, others[i])),
  );
}
