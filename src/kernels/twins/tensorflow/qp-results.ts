/** @file What is known about the samples of a batch of quadratic programs while they are solved, and the outputs of the kernel made of it. */
import type * as tf from '@tensorflow/tfjs-core';
import {
  asNumber,
  given,
  isEqual,
  maximum,
  minus,
  mul,
  slice,
  minimum,
  broadcastTo,
  where,
  type Doubles,
  type Output,
} from './arrays/index.js';
import type {Data, Problem} from './problem.js';

/** The inputs of the kernel. */
export type Inputs = keyof Data | 'gx' | 'gIneq' | 'gEq' | 'gSlack';

/** Statuses, and that of a sample about which nothing is known yet. */
export const [SOLVED, INFEASIBLE, UNBOUNDED, INVALID, OPEN] = [0, 1, 2, 5, -1];

/** The largest float32 number. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** What is known about the samples, in double precision. */
export interface Results {
  x: Doubles;
  y: Doubles;
  s: Doubles;
  activity: Doubles;
  status: Doubles;
  iterations: Doubles;
  residual: Doubles;
  rayX: Doubles;
  rayY: Doubles;
}

/** The outputs of the kernel, in the order of `QP_OUTPUTS`. */
export function outputsOf(
  {h, G}: Record<Inputs, tf.TensorInfo>,
  {batch, n, k, m, bounded}: Problem,
  {x, y, s, activity, status, iterations, residual, rayX, rayY}: Results,
): Output[] {
  const isSolved = isEqual(status, SOLVED);
  const only = (v: Doubles) => where(isSolved, v, 0);
  const equalities = (v: Doubles) => slice(v, 1, 0, k);
  const inequalities = (v: Doubles) => slice(v, 1, k, m);
  const held = (v: Doubles) => maximum(-LARGEST, minimum(LARGEST, v));
  // A row without a bound, or of zeros, has the slack that it would have as given.
  const free = minus(broadcastTo(given(h, [h.shape[0], m, 1]), [batch, m, 1]), mul(given(G), x));
  const isBound = inequalities(broadcastTo(asNumber(bounded), [batch, k + m, 1]));
  const slack = minimum(LARGEST, maximum(0, where(isEqual(isBound, 1), inequalities(s), free)));
  const [ofX, ofRows, ofEqualities, ofEach] = [[batch, n], [batch, m], [batch, k], [batch]];
  return [
    {from: only(x), shape: ofX},
    {from: only(inequalities(y)), shape: ofRows},
    {from: only(equalities(y)), shape: ofEqualities},
    {from: only(slack), shape: ofRows},
    {from: only(inequalities(activity)), shape: ofRows, dtype: 'int32'},
    {from: status, shape: ofEach, dtype: 'int32'},
    {from: iterations, shape: ofEach, dtype: 'int32'},
    {from: residual, shape: ofEach},
    {from: held(rayX), shape: ofX},
    {from: held(inequalities(rayY)), shape: ofRows},
    {from: held(equalities(rayY)), shape: ofEqualities},
  ];
}
