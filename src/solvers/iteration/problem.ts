/** @file How a minimisation is given: by `fun`, or by its gradient alone. */
import type * as tf from '@tensorflow/tfjs-core';
import {checkFunction, describe, renamed} from '../../checks/index.js';
import type {Parameter, Structure} from '../../autodiff/index.js';
import type {Differentiable, Gradient} from '../../conditions/index.js';

/** f(x, ...params), or ∇₁f alone. */
export type Minimization<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> =
  | {
      /** f(x, ...params): one value per sample, [B]; for a single problem (or `batched: false`) a scalar. */
      fun: Differentiable<X, P>;
    }
  | {
      /** ∇₁f(x, ...params), a structure like x: for a problem without f, or with a better gradient written by hand. */
      gradient: Gradient<X, P>;
    }
  | {
      /** @deprecated It is `fun` now. */
      objective: Differentiable<X, P>;
    };

/**
 * The problem with its objective as `fun`, for each form in which it can be given.
 *
 * @throws If both fun and gradient are given, or fun is neither a function nor `{gradient}`.
 */
export function withFun<X extends Structure, P extends Parameter[], T extends object>(
  where: string,
  problem: T,
): T & {fun: Differentiable<X, P>} {
  type WithFun = T & {fun: Differentiable<X, P>};
  const given = renamed(where, problem, {objective: 'fun'}) as WithFun & {
    gradient?: Gradient<X, P> | undefined;
  };
  if (given === null || typeof given !== 'object') return given;
  const {gradient, ...rest} = given;
  if (gradient !== undefined) {
    if (given.fun !== undefined) throw new Error(`${where}: only one of fun and gradient may be given.`);
    checkFunction(where, 'gradient', gradient);
    return {...rest, fun: {gradient}} as unknown as WithFun;
  }
  const {fun} = given;
  if (fun !== undefined && fun !== null && typeof fun !== 'function' && typeof fun !== 'object') {
    throw new Error(`${where}: fun must be a function, got ${describe(fun)}.`);
  }
  return given;
}
