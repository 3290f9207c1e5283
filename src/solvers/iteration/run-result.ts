/** @file What `run` of a solver of programs gives: {x, state}, and beside them each of their entries by its own name. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Structure} from '../../autodiff/index.js';

/** {x, state}; the entries of both can be read of it directly too, as of the result of `solveQP`: `status`, `ineqDual`, `slack`, … */
export type RunResult<X extends Structure, S extends object> = {
  /** The solution, a tensor or several by name, with the batch in front; differentiable in the data. */
  x: X;
  /** How the solve of each sample went. */
  state: S;
} & Readonly<S> &
  (X extends tf.Tensor ? unknown : Readonly<Omit<X, 'x'>>);

/**
 * Makes the entries of x and state readable by their names.
 *
 * They are not enumerable: whoever goes through the tensors of a result (`tf.dispose`, a solver that takes it) finds each once.
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
