/** @file The operator of a diagonal matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../../checks/index.js';
import type {Operator} from '../types.js';
import {STRUCTURED, structured, type StructuredOptions} from './structured.js';

/**
 * A = diag(d), for d of shape [n] or [B, n], which still belongs to the caller. Tagged symmetric.
 *
 * @throws If d has another rank.
 */
export function diagonal(d: tf.Tensor, given: StructuredOptions = {}): Operator {
  const {tags, ...options} = checkOptions('operators.diagonal', given, STRUCTURED);
  if (d.rank !== 1 && d.rank !== 2) {
    throw new Error(`operators.diagonal: d must have shape [n] or [B, n], got [${d.shape}].`);
  }
  const n = d.shape[d.rank - 1];
  return structured(
    {
      name: 'diagonal',
      n,
      batch: d.rank === 2 ? d.shape[0] : null,
      product: (v) => tf.mul(d, v),
      matrices: () => tf.mul(tf.expandDims(d, -1), tf.eye(n)),
      diagonal: () => tf.clone(d),
    },
    {...options, tags: {symmetric: true, ...tags}},
  );
}
