/** @file Adds implicit differentiation to any solver. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, describe, type Names} from '../checks/index.js';
import {
  flatten,
  flattenLike,
  madeOf,
  marked,
  unflatten,
  type Parameter,
  type Structure,
} from '../autodiff/index.js';
import {auto} from '../linsolve/index.js';
import {checkLikeX} from './like-x.js';
import {solvedRoot} from './solved-root.js';
import {IMPLICIT, type Condition, type FixedPointMap, type ImplicitOptions, type Solver} from './types.js';

/** The options of `customRoot` and `customFixedPoint`. */
export interface CustomRootOptions<HasAux extends boolean = false> extends ImplicitOptions {
  /** The solver function returns [x, aux]; aux is returned unchanged, without a gradient. Default false. */
  hasAux?: HasAux | undefined;
  /**
   * The x that the solver returns is checked if the host can read tensors: when its gradient is computed, or immediately if no gradient is
   * recorded. `onFailure` reports it if F(x) exceeds this fraction of the terms in F. The size of the terms is measured by small changes
   * of x and the parameters, which costs five evaluations of F. Default 0.1: a solver that was stopped early passes, an x that belongs to
   * another problem does not. Infinity turns the check off.
   */
  residualTolerance?: number | undefined;
}

/** What finds x: a function, or an object with `run`. */
export type RootSolver<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]> =
  ((init: X, ...params: P) => X) | Solver<X, P>;

/** What finds x and also returns `aux`: used with `hasAux`. */
export type AuxSolver<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[], Aux = unknown> = (
  init: X,
  ...params: P
) => readonly [x: X, aux: Aux];

/** What `customRoot` returns: it takes a solver and returns the function `(init, ...params) => x`, or `=> [x, aux]`. */
export type Differentiated<X extends Structure, P extends Parameter[], HasAux extends boolean> = [
  HasAux,
] extends [true]
  ? <Aux>(solve: AuxSolver<X, P, Aux>) => (init: X | null, ...params: P) => [x: X, aux: Aux]
  : [HasAux] extends [false]
    ? (solve: RootSolver<X, P>) => (init: X | null, ...params: P) => X
    : <Aux>(
        solve: RootSolver<X, P> | AuxSolver<X, P, Aux>,
      ) => (init: X | null, ...params: P) => X | [x: X, aux: Aux];

const NAMES: Names<CustomRootOptions<boolean>> = {...IMPLICIT, hasAux: 0, residualTolerance: 0};

/**
 * Makes a solver of F(x, ...params) = 0 differentiable by the implicit-function theorem.
 *
 *     const sqrt = customRoot((x, t) => tf.sub(tf.square(x), t))((init, t) => tf.sqrt(t));
 *     tf.grad((t) => sqrt(null, t))(tf.tensor2d([[4]]));    // [[0.25]]
 *
 * The solver may be any function, or an object with `run`; what it does is never differentiated. The result is
 * differentiable in every float32 tensor of `params` (nested arrays and records too) and in tensors that F closes over,
 * to any order; not in `init`.
 *
 * @param condition F, zero at the solution; a structure like x.
 * @returns A function of the solver, which returns `(init, ...params) => x` (`[x, aux]` with `hasAux`).
 * @throws (the returned function) if x has no batch axis although `batched`; in the backward pass, if F returns
 *   something unlike x, couples the samples of a batch, or has an operation without a gradient.
 * @see Blondel et al. 2022 (arXiv 2105.15183), section 2.1.
 */
export function customRoot<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
  HasAux extends boolean = false,
>(condition: Condition<X, P>, options: CustomRootOptions<HasAux> = {}): Differentiated<X, P, HasAux> {
  checkFunction('customRoot', 'condition', condition);
  return differentiated('customRoot', condition, options);
}

function differentiated<X extends Structure, P extends Parameter[], HasAux extends boolean>(
  where: string,
  condition: Condition<X, P>,
  given: CustomRootOptions<HasAux>,
): Differentiated<X, P, HasAux> {
  const {
    hasAux = false,
    linsolve = auto(),
    residualTolerance = 0.1,
    ...options
  } = checkOptions<CustomRootOptions<boolean>>(where, given, NAMES);
  if (!(residualTolerance > 0)) {
    throw new Error(`${where}: residualTolerance must be positive, got ${residualTolerance}.`);
  }
  const differentiate = (solve: RootSolver<X, P> | AuxSolver<X, P>) => {
    if (typeof solve !== 'function' && typeof solve?.run !== 'function') {
      throw new Error(
        `${where}: the solver must be a function or have a method run, got ${describe(solve)}.`,
      );
    }
    if (hasAux && typeof solve !== 'function') {
      throw new Error(`${where}: with hasAux the solver must be a function that returns [x, aux].`);
    }
    return (init: X | null, ...params: P) =>
      tf.tidy(() => {
        const all = {...options, linsolve, where, residualTolerance};
        const {x, aux} = solvedRoot(condition, all, params, () => {
          // A solver that needs no guess gets none.
          const guess = init as X;
          if (typeof solve !== 'function') return {x: solve.run(guess, ...params).x};
          const result: unknown = solve(guess, ...params);
          if (!hasAux) return {x: checkSolution(where, result) as X};
          if (!Array.isArray(result) || result.length !== 2) {
            throw new Error(
              `${where}: with hasAux the solver must return [x, aux], got ${describe(result)}.`,
            );
          }
          const [x, aux] = result as [X, Structure];
          return {x, aux};
        });
        return (hasAux ? [x, aux] : x) as tf.TensorContainer;
      });
  };
  return differentiate as unknown as Differentiated<X, P, HasAux>;
}

/** @throws If a solver has returned a promise, nothing, or a number. */
function checkSolution(where: string, result: unknown): unknown {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') {
    throw new Error(
      `${where}: the solver returned a promise; it must return x itself. Await what it needs beforehand.`,
    );
  }
  if (result === null || typeof result !== 'object') {
    throw new Error(
      `${where}: the solver must return x, a tensor or a record or list of them; got ${describe(result)}.`,
    );
  }
  return result;
}

/**
 * Makes a solver of T(x, ...params) = x differentiable by the implicit-function theorem: `customRoot` of T(x) − x.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 3.
 */
export function customFixedPoint<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
  HasAux extends boolean = false,
>(map: FixedPointMap<X, P>, options: CustomRootOptions<HasAux> = {}): Differentiated<X, P, HasAux> {
  checkFunction('customFixedPoint', 'map', map);
  return differentiated('customFixedPoint', fixedPointResidual(map), options);
}

/** F(x) = T(x) − x. */
export function fixedPointResidual<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  map: FixedPointMap<X, P>,
): Condition<X, P> {
  const own = marked(map);
  return madeOf<Condition<X, P>>((x, ...params) => {
    const moved = flattenLike('What the fixed-point map returns', own(x, ...params), x);
    // A term that is shared by the samples may be narrower than x.
    const residual = flatten(x).map((leaf, i) => tf.sub(moved[i], leaf));
    checkLikeX(residual, flatten(x), 'the fixed-point map');
    return unflatten(x, residual);
  }, own);
}
