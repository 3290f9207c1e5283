/** @file The common part of the operators of structured matrices: vectors of any shape as checked rows, and the optional batch. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {toRows} from '../rows.js';
import {TAGS, type Operator, type Tags} from '../types.js';

/** The options that the operators of structured matrices share. */
export interface StructuredOptions {
  /**
   * Whether axis 0 of a vector is a batch of systems. Default: true if one of the tensors has a batch axis; `true` without such
   * an axis uses the same matrix for each sample.
   */
  batched?: boolean | undefined;
  /** Known properties of A, in addition to those that follow from its structure. Default: none. */
  tags?: Tags | undefined;
}

export interface Structure {
  /** The name for error messages. */
  name: string;
  /** The number of unknowns of a system. */
  n: number;
  /** The number of matrices; `null` for a single matrix without a batch axis. */
  batch: number | null;
  /** A v, or Aᵀ v, for rows v [B, n]. */
  product: (v: tf.Tensor2D, transpose: boolean) => tf.Tensor;
  /** [B | 1, n, n]. */
  matrices: () => tf.Tensor;
  /** [B | 1, n]. */
  diagonal: () => tf.Tensor;
}

export const STRUCTURED: Names<StructuredOptions> = {batched: 0, tags: 0};

/** The operator of a structured matrix. It owns nothing: the tensors still belong to the caller. */
export function structured(
  {name, n, batch, product, matrices, diagonal}: Structure,
  options: StructuredOptions,
): Operator {
  const {batched = batch !== null, tags = {}} = checkOptions(`operators.${name}`, options, STRUCTURED);
  checkOptions(`operators.${name}`, tags, TAGS, 'tag');
  if (batch !== null && !batched) {
    throw new Error(`operators.${name}: batched cannot be false for a batch of ${batch} matrices.`);
  }
  const onRows = (v: tf.Tensor, transpose: boolean) =>
    tf.tidy(() => {
      const samples = batched ? v.shape[0] : 1;
      if (v.size !== samples * n || (batch !== null && samples !== batch)) {
        const wanted = batched ? `${batch ?? 'any number of'} samples of ${n} entries` : `${n} entries`;
        throw new Error(`operators.${name}: a vector must have ${wanted}, got shape [${v.shape}].`);
      }
      return tf.reshape(product(toRows(v, batched), transpose), v.shape);
    });
  return {
    batched,
    tags,
    apply: (v) => onRows(v, false),
    applyTranspose: (v) => onRows(v, true),
    materialize: () => tf.tidy(() => tf.reshape(matrices(), [batch ?? 1, n, n])),
    diagonal: () => tf.tidy(() => tf.reshape(diagonal(), [batch ?? 1, n])),
    dispose: () => {},
  };
}
