/** @file A factorization that keeps the report of its latest solve. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';
import type {Factorization, SolveInfo} from './types.js';

/** A factorization made of `solve`; its `dispose` frees the report and also calls the given `dispose`. */
export function reporting(
  solve: (b: tf.Tensor, transpose: boolean) => {x: tf.Tensor; info: SolveInfo},
  dispose?: () => void,
): Factorization {
  let info: SolveInfo | null = null;
  const forget = () => {
    if (info) tf.dispose([info.converged, info.iterations, info.residual]);
    info = null;
  };
  const run = (b: tf.Tensor, transpose: boolean) => {
    const result = offTape(
      () => solve(b, transpose) as unknown as tf.TensorContainerObject,
    ) as unknown as ReturnType<typeof solve>;
    forget();
    info = result.info;
    tf.keep(info.converged);
    tf.keep(info.iterations);
    tf.keep(info.residual);
    return result.x;
  };
  return {
    solve: (b) => run(b, false),
    solveTranspose: (b) => run(b, true),
    get info() {
      return info;
    },
    dispose() {
      forget();
      dispose?.();
    },
  };
}
