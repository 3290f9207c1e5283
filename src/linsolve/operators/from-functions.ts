/** @file The operator of a pair of functions. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {toRows} from '../rows.js';
import type {Operator, Tags} from '../types.js';
/** An operator as functions, for `operators.fromFunctions`. */
export interface FunctionOperator {
  /** v ↦ A v. */
  apply(v: tf.Tensor): tf.Tensor;
  /** v ↦ Aᵀ v; optional if `tags.symmetric`. */
  applyTranspose?: ((v: tf.Tensor) => tf.Tensor) | undefined;
  /** Default true: axis 0 of a vector is a batch of systems. */
  batched?: boolean | undefined;
  /** Known properties of A. Default: nothing. */
  tags?: Tags | undefined;
  /** Frees the resources of the functions when the operator is disposed of. Default: nothing to free. */
  dispose?(): void;
}

const NAMES: Names<FunctionOperator> = {apply: 1, applyTranspose: 0, batched: 0, tags: 0, dispose: 0};

/** The operator of a pair of functions. */
export function fromFunctions(functions: FunctionOperator): Operator {
  checkOptions('operators.fromFunctions', functions, NAMES, 'entry');
  const {batched = true, tags = {}} = functions;
  const {applyTranspose} = functions;
  if (!applyTranspose && !tags.symmetric) {
    throw new Error('operators.fromFunctions: applyTranspose is needed unless tags.symmetric is true.');
  }
  const apply = (v: tf.Tensor) => tf.tidy(() => functions.apply(v));
  const transpose = applyTranspose ? (v: tf.Tensor) => tf.tidy(() => applyTranspose(v)) : apply;
  return {
    batched,
    tags,
    apply,
    applyTranspose: transpose,
    materialize: (shape) => materializeByTranspose(transpose, shape, batched),
    dispose: () => functions.dispose?.(),
  };
}

/** The matrices [B, n, n] of an operator: row j is Aᵀ eⱼ, computed for all samples at once. */
export function materializeByTranspose(
  applyTranspose: (v: tf.Tensor) => tf.Tensor,
  shape: number[],
  batched: boolean,
): tf.Tensor3D {
  return tf.tidy(() => {
    const [batch, n] = toRows(tf.zeros(shape), batched).shape;
    const rows: tf.Tensor2D[] = [];
    for (let j = 0; j < n; j++) {
      rows.push(
        tf.tidy(() => {
          const unit = tf.cast(tf.equal(tf.range(0, n), j), 'float32');
          return toRows(
            applyTranspose(tf.reshape(tf.tile(tf.reshape(unit, [1, n]), [batch, 1]), shape)),
            batched,
          );
        }),
      );
    }
    return tf.stack(rows, 1) as tf.Tensor3D;
  });
}
