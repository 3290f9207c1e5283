/** @file The result of `run` of a solver of programs: {x, state}, and also each of their entries by its own name. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Structure} from '../../autodiff/index.js';

/**
 * {x, state}. The entries of both can also be read from it directly, like those of the result of `solveQP` (`status`, `ineqDual`, `slack`).
 */
export type RunResult<X extends Structure, S extends object> = {
  /** The solution, a tensor or several by name, with the batch axis first; differentiable in the data. */
  x: X;
  /** How the solve of each sample went. */
  state: S;
} & Readonly<S> &
  (X extends tf.Tensor ? unknown : Readonly<Omit<X, 'x'>>);

/**
 * Makes the entries of x and state readable by their names.
 *
 * They are not enumerable, so that code that visits the tensors of a result (`tf.dispose`, a solver that takes it) finds each one once.
 */
export function runResult<X extends Structure, S extends object>(x: X, state: S): RunResult<X, S> {
  const names = 'dataId' in x ? '' : Object.keys(x).join();
  const form = `${names};${Object.keys(state).join()}`;
  let prototype = prototypes.get(form);
  if (!prototype) prototypes.set(form, (prototype = prototypeOf(x, state)));
  const result = Object.create(prototype) as {x: X; state: S};
  result.x = x;
  result.state = state;
  return result as RunResult<X, S>;
}

/** By the names of x and state: results of one form share their getters, which take longer to define than a small problem to solve. */
const prototypes = new Map<string, object>();

function prototypeOf(x: Structure, state: object): object {
  const prototype = {};
  const define = (name: string, get: (this: {x: object; state: object}) => unknown) =>
    name !== 'x' && Object.defineProperty(prototype, name, {enumerable: false, configurable: true, get});
  for (const name of Object.keys(state)) {
    define(name, function () {
      return (this.state as Record<string, unknown>)[name];
    });
  }
  if ('dataId' in x) return prototype;
  for (const name of Object.keys(x)) {
    define(name, function () {
      return (this.x as Record<string, unknown>)[name];
    });
  }
  return prototype;
}
