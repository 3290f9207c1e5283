/**
 * @file Krylov methods for backends whose tensors the host can read: recurrences, dot products and norms are in f64, products in the f32
 *   of tfjs.
 *
 * A method is written for one system (`host/process.ts`); the samples of a batch are solved together.
 */
import * as tf from '@tensorflow/tfjs-core';
import {doublesOf, tensorOfDoubles} from '../autodiff/index.js';
import type {HostMethod} from './host/process.js';
import {sideBySide, type Products} from './host/side-by-side.js';
import {solveOne, type HostOptions, type Solved} from './host/solve-one.js';
import type {SolveInfo} from './types.js';

/** The solutions for right-hand sides [B, n]. */
export function solveOnHost(
  method: HostMethod,
  rows: tf.Tensor2D,
  products: Products,
  options: HostOptions,
): {x: tf.Tensor2D; info: SolveInfo} {
  const [batch, n] = rows.shape;
  const values = doublesOf(rows);
  const systems = Array.from({length: batch}, (_, i) =>
    solveOne(method, values.slice(i * n, (i + 1) * n), options),
  );
  const results = sideBySide(systems, products, [batch, n]);
  const x = new Float64Array(batch * n);
  results.forEach((result, i) => x.set(result.x, i * n));
  const column = (pick: (result: Solved) => number) => tf.tensor1d(results.map(pick));
  return {
    x: tensorOfDoubles(x, [batch, n]) as tf.Tensor2D,
    info: {
      converged: column(({converged}) => Number(converged)),
      iterations: column(({steps}) => steps),
      residual: column(({residual}) => residual),
    },
  };
}
