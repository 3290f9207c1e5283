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
  const result = {x, state};
  const isTensor = 'dataId' in x;
  for (const from of isTensor ? [state] : [state, x]) {
    for (const name of Object.keys(from)) {
      if (name === 'x') continue;
      Object.defineProperty(result, name, {
        enumerable: false,
        configurable: true,
        get: () => (from as Record<string, unknown>)[name],
      });
    }
  }
  return result as RunResult<X, S>;
}
