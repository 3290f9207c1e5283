/** @file A weighted sum of squares whose coefficients depend on parameters: a block of Q and p that is computed from them. */
import * as tf from '@tensorflow/tfjs-core';
import {batchedProduct} from '../batched-product.js';
import {NONE, type AffineForm} from './form.js';
import {ParameterMap} from './parameter-map.js';
import type {Theta} from './theta.js';

/**
 * Σ wᵢ uᵢ² for u = Mz + c, in which M, c and w are affine in the parameters: ½ zᵀ(2 MᵀWM)z + (2 MᵀWc)ᵀz + a constant. Where the parameters
 * are the same for all samples, so is the block.
 */
export class SquareBlock {
  /** The first variable of the block, and the number of variables. */
  readonly start: number;
  readonly width: number;
  /** M [rows, width], c and w [rows]. */
  readonly maps: readonly ParameterMap[];

  constructor(
    u: AffineForm,
    w: AffineForm,
    private readonly rows = u.size,
  ) {
    const [first, last] = rangeOf(u);
    this.start = first;
    this.width = last - first + 1;
    const [M, c, weights] = [
      new ParameterMap(rows * this.width),
      new ParameterMap(rows),
      new ParameterMap(rows),
    ];
    for (let term = 0; term < u.count; term++) {
      const [row, variable] = [u.rows[term], u.variables[term]];
      if (variable === NONE) c.add(row, u.parameters[term], u.values[term]);
      else M.add(row * this.width + variable - first, u.parameters[term], u.values[term]);
    }
    for (let term = 0; term < w.count; term++) weights.add(w.rows[term], w.parameters[term], w.values[term]);
    this.maps = [M, c, weights];
  }

  /** Q, [1 or B, width, width], and p, [1 or B, width]. */
  of(theta: Theta): {Q: tf.Tensor; p: tf.Tensor} {
    const {rows, width} = this;
    const [M, c, w] = this.maps.map((map) => map.of(theta));
    const matrix = tf.reshape(M, [-1, rows, width]);
    const weighted = tf.mul(tf.reshape(w, [-1, rows, 1]), matrix);
    const transposed = tf.transpose(weighted, [0, 2, 1]);
    const Q = tf.mul(2, batchedProduct(transposed, matrix));
    const p = tf.mul(2, batchedProduct(transposed, tf.reshape(c, [-1, rows, 1])));
    return {Q, p: tf.reshape(p, [-1, width])};
  }
}

/** The first and the last variable of a form. */
export function rangeOf({variables}: AffineForm): [first: number, last: number] {
  let [first, last] = [Infinity, NONE];
  for (const variable of variables) {
    if (variable === NONE) continue;
    first = Math.min(first, variable);
    last = Math.max(last, variable);
  }
  return [first, last];
}
