/** @file The elastic problem of `elastic-qp.ts` for sparse matrices, which stay sparse. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../../autodiff/index.js';
import {rightSides, type SparseData} from '../../../conditions/index.js';
import {boundRows, sidesOf, type Entries} from '../../../kernels/index.js';
import {patternOf, sparseMatVec, structureOf} from '../../../linalg/index.js';
import {boundsOf} from './bounds.js';
import {penaltyFor, smallestOf} from './elastic-qp.js';
import type {SparseInput} from './sparse-input.js';

/**
 * min ½ xᵀQx + pᵀx + ½ρ(‖r‖² + ‖e‖²) subject to Gx − r ≤ h, Ax − e = b, in (x, r, e), of all samples.
 */
export function elasticSparse(given: SparseInput): SparseInput {
  const {structure, data, batched} = withoutBounds(given);
  const {n, m, k, Q, G, A} = structure.entries;
  const from = (first: number, count: number) => Int32Array.from({length: count}, (_, i) => first + i);
  const [extra, none] = [from(n, m + k), from(0, 0)];
  const relaxed = (rows: Entries, count: number, first: number) =>
    count === 0 ? patternOf(none, none) : added(rows, from(0, count), from(first, count));
  const larger = structureOf({
    ...{n: n + m + k, m, k},
    ...{Q: added(Q, extra, extra), G: relaxed(G, m, n), A: relaxed(A, k, n + m)},
  });
  const rho = offTape(() => tf.expandDims(penaltyOf({structure, data, batched}), 1));
  const [batch] = data.p.shape;
  const shift = (values: tf.Tensor, count: number) =>
    tf.concat([values, tf.fill([values.shape[0], count], -1)], 1);
  const curvature = data.Q.shape[0] === batch ? data.Q : tf.tile(data.Q, [batch, 1]);
  return {
    structure: larger,
    batched,
    data: {
      ...data,
      Q: tf.concat([curvature, tf.tile(rho, [batch / rho.shape[0], m + k])], 1),
      p: tf.pad(data.p, [[0, 0], [0, m + k]]), // prettier-ignore
      G: shift(data.G, m),
      A: shift(data.A, k),
    },
  };
}

/** The same problem with its bounds as the last rows of G and h. */
function withoutBounds({structure, data, batched}: SparseInput): SparseInput {
  const {lower, upper, ...rest} = data;
  if (!lower && !upper) return {structure, data, batched};
  const {n, m, k, Q, G, A} = structure.entries;
  const count = boundRows(sidesOf(data), n);
  const rows = Int32Array.from({length: count}, (_, i) => i);
  const larger = added(G, rows.map((i) => m + i), rows.map((i) => i % n)); // prettier-ignore
  const signs = tf.concat([...(lower ? [tf.fill([n], -1)] : []), ...(upper ? [tf.ones([n])] : [])]);
  const bounds = {lower: lower && boundsOf(lower, 'lower'), upper: upper && boundsOf(upper)};
  return {
    structure: structureOf({n, m: m + count, k, Q, G: larger, A}),
    data: {
      ...rest,
      G: tf.concat([rest.G, tf.tile(tf.expandDims(signs, 0), [rest.G.shape[0], 1])], 1),
      h: rightSides(rest.h, bounds),
    },
    batched,
  };
}

function added(entries: Entries, rows: Int32Array, columns: Int32Array): Entries {
  return patternOf([...entries.rows, ...rows], [...entries.columns, ...columns]);
}

/** ρ for each sample, [B | 1]. */
function penaltyOf({structure, data}: SparseInput): tf.Tensor {
  const {n, m, k, G, A} = structure.entries;
  const {Q, p} = data as Record<keyof SparseData, tf.Tensor>;
  const largest = (values: tf.Tensor) => (values.shape[1] === 0 ? tf.zeros([1]) : tf.max(tf.abs(values), 1));
  const squares = (entries: Entries, values: tf.Tensor, count: number) =>
    sparseMatVec({shape: [count, n], entries}, tf.square(values), tf.ones([values.shape[0], n]));
  const smallest = [
    ...(m > 0 ? [smallestOf(squares(G, data.G, m))] : []),
    ...(k > 0 ? [smallestOf(squares(A, data.A, k))] : []),
  ].reduce((a, b) => tf.minimum(a, b), tf.ones([1]));
  return penaltyFor(tf.maximum(largest(Q), largest(p)), smallest);
}
