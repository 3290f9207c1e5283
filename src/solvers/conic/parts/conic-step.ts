/** @file One step of the splitting of a conic program, and its units. */
import * as tf from '@tensorflow/tfjs-core';
import type {ConicData} from '../../../conditions/index.js';
import {coneBlocks, type Cones} from '../../../kernels/index.js';
import {inv, matVec} from '../../../linalg/index.js';
import {rowNorm} from '../../../linsolve/index.js';

const RELAXATION = 1.5;

/** (u, v) ↦ the next pair of the splitting of the embedding, u = (x, y, τ), v = (0, s, κ); [B, p + m + 1] each. */
export function splitting(
  {c, E, d}: ConicData,
  dualProjection: (v: tf.Tensor) => tf.Tensor,
  batch: number,
): (u: tf.Tensor, v: tf.Tensor) => [tf.Tensor, tf.Tensor] {
  const [p, m] = [c.shape[1]!, E.shape[1]!];
  const all = (tensor: tf.Tensor) => tf.broadcastTo(tensor, [batch, ...tensor.shape.slice(1)]);
  const [cs, ds] = [tf.expandDims(all(c), 2), tf.expandDims(all(d), 2)];
  const flip = (matrix: tf.Tensor) => tf.transpose(matrix, [0, 2, 1]);
  const Es = all(E);
  const N = tf.concat(
    [
      tf.concat([tf.zeros([batch, p, p]), flip(Es), cs], 2),
      tf.concat([tf.neg(Es), tf.zeros([batch, m, m]), ds], 2),
      tf.concat([tf.neg(flip(cs)), tf.neg(flip(ds)), tf.zeros([batch, 1, 1])], 2),
    ],
    1,
  );
  const inverse = inv(tf.add(N, tf.eye(p + m + 1)));
  return (u, v) => {
    const moved = matVec(inverse, tf.add(u, v));
    const relaxed = tf.add(tf.mul(RELAXATION, moved), tf.mul(1 - RELAXATION, u));
    const [x, y, tau] = tf.split(tf.sub(relaxed, v), [p, m, 1], 1);
    const next = tf.concat([x, dualProjection(y), tf.relu(tau)], 1);
    return [next, tf.add(v, tf.sub(next, relaxed))];
  };
}

/** The number of passes in which rows far from binding lose their weight in the estimated size of d. */
const PASSES = 10;

/**
 * One factor per row of [E d], the same within a block, [B, m]: the largest entry of each row becomes about one. d is measured in units of
 * most of its entries, without those that are far larger than the others, so that a distant row has no effect.
 */
export function rowFactors({c, E, d}: ConicData, cones: Cones): tf.Tensor {
  const m = E.shape[1]!;
  const blocks = coneBlocks(cones);
  const belongs = tf.tensor2d(
    blocks.flatMap(({start, size}) =>
      Array.from({length: m}, (_, i) => Number(i >= start && i < start + size)),
    ),
    [blocks.length, m],
  );
  const inBlocks = (rows: tf.Tensor) => tf.max(tf.mul(tf.expandDims(rows, 1), tf.expandDims(belongs, 0)), 2);
  const positive = (v: tf.Tensor) => tf.where(tf.greater(v, 0), v, tf.onesLike(v));
  const ofE = positive(inBlocks(tf.max(tf.abs(E), 2)));
  const ofD = tf.div(inBlocks(tf.add(tf.abs(d), tf.zeros([c.shape[0], m]))), ofE);
  const isThere = tf.where(tf.greater(ofD, 0), tf.onesLike(ofD), tf.zerosLike(ofD));
  const logs = tf.log(positive(ofD));
  const count = tf.maximum(1, tf.sum(isThere, 1, true));
  let usual = tf.max(logs, 1, true);
  for (let pass = 0; pass < PASSES; pass++) {
    usual = tf.div(tf.sum(tf.mul(isThere, tf.minimum(logs, usual)), 1, true), count);
  }
  const factors = tf.div(1, tf.mul(ofE, tf.maximum(1, tf.div(ofD, tf.exp(usual)))));
  return tf.matMul(factors as tf.Tensor2D, belongs);
}

/** The sizes of c and d, [B, 1], and of the rows or columns of E, [B, 1, 1]; 1 for a size that is zero. */
export function sizesOf({c, E, d}: ConicData): {ofC: tf.Tensor; ofE: tf.Tensor; ofD: tf.Tensor} {
  const positive = (size: tf.Tensor) => tf.where(tf.greater(size, 0), size, tf.onesLike(size));
  const shorter = Math.min(E.shape[1]!, E.shape[2]!);
  return {
    ofC: positive(rowNorm(c)),
    ofE: positive(tf.sqrt(tf.div(tf.sum(tf.square(E), [1, 2], true), shorter))),
    ofD: positive(rowNorm(d)),
  };
}
