/** @file The operator of a matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, noteRenamed, type Names} from '../../checks/index.js';
import {TAGS, type Operator, type Tags} from '../types.js';
import {mainDiagonal, squareSize} from './shapes.js';

/** The options of `operators.dense`. */
export interface DenseOptions {
  /** Known properties of A. */
  tags?: Tags | undefined;
}

const NAMES: Names<DenseOptions> = {tags: 0};

/**
 * The operator of a matrix: A of shape [n, n] is one system (vectors of n entries), of shape [B, n, n] a batch of them (vectors
 * [B, n]). A still belongs to the caller.
 */
export function dense(A: tf.Tensor, options?: DenseOptions): Operator;
/** @deprecated Tags are in the options now, as for the other operators: `{tags}`. */
export function dense(A: tf.Tensor, tags: Tags): Operator;
export function dense(A: tf.Tensor, given: DenseOptions & Tags = {}): Operator {
  const bare = Object.keys(given ?? {}).filter((name) => name in TAGS);
  if (bare.length > 0) noteRenamed('operators.dense', `{${bare.join(', ')}}`, `{tags: {${bare.join(', ')}}}`);
  const {tags = {}} = bare.length > 0 ? {tags: given} : checkOptions('operators.dense', given, NAMES);
  checkOptions('operators.dense', tags, TAGS, 'tag');
  const n = squareSize(A, 'operators.dense: A');
  const batched = A.rank === 3;
  const product = (v: tf.Tensor, transpose: boolean) =>
    tf.tidy(() => {
      if (v.size !== (batched ? A.shape[0] : 1) * n) {
        throw new Error(
          `operators.dense: a vector for A of shape [${A.shape}] cannot have shape [${v.shape}].`,
        );
      }
      const columns = tf.reshape(v, batched ? [A.shape[0], n, 1] : [n, 1]);
      return tf.reshape(tf.matMul(A, columns, transpose), v.shape);
    });
  return {
    batched,
    tags,
    apply: (v) => product(v, false),
    applyTranspose: (v) => product(v, true),
    materialize: () => tf.reshape(A, [batched ? A.shape[0] : 1, n, n]),
    diagonal: () => tf.tidy(() => mainDiagonal(A)),
    dispose: () => {},
  };
}
