/** @file Newton's fixed point, whose implicit gradient needs only the linear solve of Newton's method. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../checks/index.js';
import {flatten, unflatten, type Parameter, type Structure} from '../autodiff/index.js';
import {
  fixedPointResidual,
  linearSolution,
  packingOf,
  type Condition,
  type FixedPointMap,
  type OnFailure,
} from '../implicit/index.js';
import {auto, fromFunctions, type LinearSolver} from '../linsolve/index.js';
import type {FixedPointCondition} from './proximal-gradient.js';

/** The options of `conditions.newton`. */
export interface NewtonOptions {
  /** η of the damped step. Default 1. */
  stepSize?: number | undefined;
  /** Solves with ∂₁G. Default `linsolve.auto()`. */
  linsolve?: LinearSolver | undefined;
  /** When a system with ∂₁G is not solved: 'warn' (default), 'throw' or 'ignore'. */
  onFailure?: OnFailure | undefined;
  /** Default true: axis 0 of x is a batch of independent systems. */
  batched?: boolean | undefined;
}

const NAMES: Names<NewtonOptions> = {stepSize: 0, linsolve: 0, batched: 0, onFailure: 0};

/**
 * F = T − x with T = x − η(∂₁G(x, ...params))⁻¹G(x, ...params), zero at a root of G; for a minimum of f, G is
 * `conditions.stationary(f)`.
 *
 * At a root ∂₁T = (1 − η)I, so the system of the implicit gradient is −ηI, and the work is in ∂₂F: one solve with ∂₁G.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 14.
 */
export function newton<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  G: Condition<X, P>,
  given: NewtonOptions = {},
): FixedPointCondition<X, P> {
  checkFunction('conditions.newton', 'G', G);
  const {
    stepSize = 1,
    linsolve = auto(),
    batched = true,
    onFailure,
  } = checkOptions('conditions.newton', given, NAMES);
  if (!(stepSize > 0)) throw new Error(`conditions.newton: stepSize must be positive, got ${stepSize}.`);
  const options = {linsolve, batched, onFailure, where: 'conditions.newton'};
  const map: FixedPointMap<X, P> = (x, ...params) =>
    tf.tidy(() => {
      const step = flatten(linearSolution(G, options, x, params, G(x, ...params)));
      return unflatten(
        x,
        flatten(x).map((leaf, i) => tf.sub(leaf, tf.mul(stepSize, step[i]))),
      );
    });
  const condition: FixedPointCondition<X, P> = Object.assign(fixedPointResidual(map), {map});
  condition.linearize = (x, ..._params) => {
    const scaled = (v: tf.Tensor) => tf.mul(-stepSize, v);
    const [rows, n] = packingOf(flatten(x), batched).shape;
    return {
      ...fromFunctions({apply: scaled, batched, tags: {symmetric: true}}),
      materialize: () => tf.tile(tf.expandDims(tf.mul(-stepSize, tf.eye(n)), 0), [rows, 1, 1]) as tf.Tensor3D,
    };
  };
  return condition;
}
