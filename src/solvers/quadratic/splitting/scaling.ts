/** @file Equilibration: units in which the rows and columns of the KKT matrix have entries of about one. */
import * as tf from '@tensorflow/tfjs-core';
import {hostCanRead} from '../../../kernels/index.js';
import {matVec, matVecTransposed} from '../../../linalg/index.js';
import {asNumbers, finite, positive, type BoxedRows} from './rows.js';

/** DQD and EAD, with D [B | 1, n] and E [B | 1, m]. */
export type Equilibrated = {Q: tf.Tensor; A: tf.Tensor; D: tf.Tensor; E: tf.Tensor};

const PASSES = 40;
/** A diagonal entry below this fraction of the largest counts as no curvature, in any units. */
const NO_CURVATURE = 1e-26;

/**
 * Q is positive semidefinite, so its diagonal alone determines the scale of a variable, and the scales of the rows of A follow from it:
 * the units of variables, rows and objective do not matter. They do not matter either for variables without curvature, whose entries are
 * scaled to a geometric mean of one.
 */
export function equilibrate(data: BoxedRows): Equilibrated {
  const {Q, A} = data;
  const diagonal = tf.sum(tf.mul(Q, tf.expandDims(tf.eye(Q.shape[2]!), 0)), 2);
  const least = tf.mul(NO_CURVATURE, tf.max(diagonal, 1, true));
  const curved = tf.logicalAnd(tf.greater(diagonal, 0), tf.greater(diagonal, least));
  const roots = consistent(Q, tf.rsqrt(tf.where(curved, diagonal, tf.onesLike(diagonal))));
  const isKnown = hostCanRead() && curved.dataSync().every(Boolean);
  const D = isKnown ? roots : meanScaling(data, asNumbers(curved), roots);
  const columns = tf.mul(A, tf.expandDims(D, 1));
  const E = tf.div(1, positive(tf.max(tf.abs(columns), 2)));
  return {
    Q: tf.mul(tf.mul(tf.expandDims(D, 2), Q), tf.expandDims(D, 1)),
    A: tf.mul(tf.expandDims(E, 2), columns),
    ...{D, E},
  };
}

/**
 * D [B, n] that minimises the sum of squared logarithms of the entries of [A b; pᵀ 0], with its rows and columns scaled; the scale of
 * curved variables is given. Any other measure would leave the units of some variables undetermined.
 *
 * @see Curtis & Reid 1972, On the automatic scaling of matrices for Gaussian elimination.
 */
function meanScaling({A, p, l, u}: BoxedRows, curved: tf.Tensor, given: tf.Tensor): tf.Tensor {
  const entriesOf = (v: tf.Tensor) => {
    const there = asNumbers(tf.greater(tf.abs(v), 0));
    return {there, logs: tf.log(positive(tf.abs(v)))};
  };
  const sum = (v: tf.Tensor, axis = 1) => tf.sum(v, axis, axis === 1 && v.rank === 2);
  const [a, cost] = [entriesOf(A), entriesOf(p)];
  const bounds = entriesOf(tf.maximum(tf.abs(finite(l)), tf.abs(finite(u))));
  const count = (v: tf.Tensor) => tf.maximum(1, v);
  const inRow = count(tf.add(sum(a.there, 2), bounds.there));
  const inColumn = count(tf.add(sum(a.there), cost.there));
  const ofRow = tf.add(sum(a.logs, 2), bounds.logs);
  const ofColumn = tf.add(sum(a.logs), cost.logs);
  let d: tf.Tensor = tf.add(tf.log(given), tf.zerosLike(p));
  let beta: tf.Tensor = tf.zeros([p.shape[0], 1]);
  for (let pass = 0; pass < PASSES; pass++) {
    const row = tf.addN([ofRow, matVec(a.there, d), tf.mul(bounds.there, beta)]);
    const e = tf.neg(tf.div(row, inRow));
    const c = tf.neg(tf.div(sum(tf.mul(cost.there, tf.add(cost.logs, d))), count(sum(cost.there))));
    beta = tf.neg(tf.div(sum(tf.mul(bounds.there, tf.add(bounds.logs, e))), count(sum(bounds.there))));
    const column = tf.addN([ofColumn, matVecTransposed(a.there, e), tf.mul(cost.there, c)]);
    const next = tf.neg(tf.div(column, inColumn));
    d = tf.add(tf.mul(curved, d), tf.mul(tf.sub(1, curved), next));
  }
  return tf.exp(d);
}

/** D, made smaller where rounding has left an entry that is too large for its diagonal; that entry then decides the scale. */
function consistent(Q: tf.Tensor, D: tf.Tensor): tf.Tensor {
  const [rows, columns] = [tf.expandDims(D, 2), tf.expandDims(D, 1)];
  const entries = tf.abs(tf.mul(tf.mul(rows, Q), columns));
  const ofSmaller = tf.where(tf.less(rows, columns), entries, tf.zerosLike(entries));
  return tf.div(D, tf.maximum(1, tf.max(ofSmaller, 1)));
}
