/** @file How a minimisation is given: by `fun`, or by its gradient alone. */
import type * as tf from '@tensorflow/tfjs-core';
import {checkFunction, describe, renamed} from '../../checks/index.js';
import {madeOf, marked, type Parameter, type Structure} from '../../autodiff/index.js';
import type {Differentiable, Gradient, Objective} from '../../conditions/index.js';

/** What an objective may return instead of its value: also further tensors, which `run` returns for the solution. */
export type ValueWithAux = {
  /** f(x, ...params). */
  value: tf.Tensor;
  /** Further results: a tensor, or several by name or in a list. */
  aux: Structure;
};

/** f(x, ...params): its value, or {value, aux}. */
export type AuxObjective<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> = (
  x: X,
  ...params: P
) => tf.Tensor | ValueWithAux;

/** f(x, ...params), or ∇₁f alone. */
export type Minimization<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> =
  | {
      /**
       * f(x, ...params): one value per sample, [B]; for a single problem (or `batched: false`) a scalar. Or {value, aux}: `run` returns
       * `aux` as it is at the solution.
       */
      fun:
        | AuxObjective<X, P>
        | {
            /** ∇₁f(x, ...params), a structure like x. */
            gradient: Gradient<X, P>;
          };
    }
  | {
      /** ∇₁f(x, ...params), a structure like x: for a problem without f, or with a better gradient written by hand. */
      gradient: Gradient<X, P>;
    }
  | {
      /** @deprecated It is `fun` now. */
      objective:
        | AuxObjective<X, P>
        | {
            /** ∇₁f(x, ...params), a structure like x. */
            gradient: Gradient<X, P>;
          };
    };

/**
 * The problem with its objective as `fun`, for each form in which it can be given.
 *
 * @throws If both fun and gradient are given, or fun is neither a function nor `{gradient}`.
 */
export function withFun<X extends Structure, P extends Parameter[], T extends object>(
  where: string,
  problem: T,
): Omit<T, 'fun'> & {fun: Differentiable<X, P>} {
  type WithFun = Omit<T, 'fun'> & {fun: Differentiable<X, P>};
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
  return typeof fun === 'function' ? {...given, fun: valueOnly(fun)} : given;
}

/** f without its aux. `withAux` is f as it was given. */
function valueOnly<X extends Structure, P extends Parameter[]>(f: AuxObjective<X, P>): Objective<X, P> {
  if ('structure' in f || 'withAux' in f) return f as Objective<X, P>;
  const own = marked(f);
  const value: Objective<X, P> = (x, ...params) => valueOf(own(x, ...params));
  return Object.assign(madeOf(value, own), {withAux: f});
}

/** The value of what an objective returned. */
export function valueOf(result: tf.Tensor | ValueWithAux): tf.Tensor {
  return 'aux' in result ? result.value : result;
}

/** The objective as it was given, of a function from `withFun`; `undefined` if only the gradient is known. */
export function givenObjective<X extends Structure, P extends Parameter[]>(
  fun: Differentiable<X, P>,
): AuxObjective<X, P> | undefined {
  if (typeof fun !== 'function') return undefined;
  return 'withAux' in fun ? (fun.withAux as AuxObjective<X, P>) : fun;
}

/** The same for a solver whose first parameter is not the objective's: those of a proximal operator, for example. */
export function objectiveAfterFirst<X extends Structure, H extends Parameter, P extends Parameter[]>(
  fun: Differentiable<X, P>,
): AuxObjective<X, [first: H, ...params: P]> | undefined {
  const objective = givenObjective(fun);
  return objective && ((x, _first, ...params) => objective(x, ...params));
}
