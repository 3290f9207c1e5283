/** @file Projection onto the permutahedron of a vector: the convex hull of its permutations. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {offTape} from '../autodiff/index.js';
import {blockMeans, blocksOf, descendingOrder, inverted, permuteRows, runIsotonic} from '../kernels/index.js';
import {alikeRows, onRows} from './rows.js';

/** The vector whose permutations span the set. */
export type PermutahedronParams = {
  /** The vector whose permutations are the corners: [n], or a tensor that broadcasts with x. Default (n, …, 2, 1). */
  w?: tf.Tensor | undefined;
};

const NAMES: Names<PermutahedronParams> = {w: 0};

/**
 * argmin ‖y − x‖² over the convex hull of the permutations of w, along the last axis.
 *
 * Sorting and isotonic regression: O(n log n) in time, O(n) in memory. With x and w sorted, y is w for entries that form a block
 * of their own, and x − mean(x) + mean(w) on each block of the regression of x − w.
 *
 * @param x [..., n]. Differentiable in x and w, to any order.
 * @throws If x has no axis.
 * @see Blondel et al. 2020, Fast differentiable sorting and ranking (arXiv 2002.08871), proposition 3.
 */
export function permutahedron(x: tf.Tensor, params: PermutahedronParams = {}): tf.Tensor {
  const {w} = checkOptions('projections.permutahedron', params, NAMES, 'parameter');
  return onRows('permutahedron', {x, w}, (rows, {x, w}) => {
    const n = rows.shape[1];
    const corners = w ? alikeRows(w, x) : descending(rows.shape);
    const order = descendingOrder(rows);
    const sorted = permuteRows(rows, order);
    const target = w ? permuteRows(corners, descendingOrder(corners)) : corners;
    if (n === 1) return corners;
    const block = offTape(() => blocksOf(runIsotonic(tf.sub(sorted, target), false)));
    // Written so that large numbers cancel exactly: a block of one entry equals its corner for any size of x.
    const spread = tf.sub(sorted, blockMeans(sorted, block));
    const y = tf.add(spread, blockMeans(target as tf.Tensor2D, block)) as tf.Tensor2D;
    return permuteRows(y, inverted(order));
  });
}

/** (n, …, 2, 1) in each row. */
export function descending([rows, n]: [number, number]): tf.Tensor2D {
  return tf.tile(tf.reshape(tf.range(n, 0, -1), [1, n]), [rows, 1]) as tf.Tensor2D;
}
