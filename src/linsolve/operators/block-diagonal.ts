/** @file The operator of a block-diagonal matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {sumOf} from '../../linalg/index.js';
import type {Operator} from '../types.js';
import {asMatrices, commonBatch, mainDiagonal, squareSize} from './shapes.js';
import {structured, type StructuredOptions} from './structured.js';

/**
 * A = blockdiag(A₁, A₂, …), for blocks of shape [nᵢ, nᵢ] or [B, nᵢ, nᵢ], also mixed. The blocks still belong to the caller.
 *
 * @throws If there are no blocks, a block is not square, or their batch axes differ.
 */
export function blockDiagonal(blocks: tf.Tensor[], options: StructuredOptions = {}): Operator {
  const caller = 'operators.blockDiagonal';
  if (blocks.length === 0) throw new Error(`${caller}: at least one block is needed.`);
  const sizes = blocks.map((block, i) => squareSize(block, `${caller}: block ${i}`));
  const n = sizes.reduce((sum, size) => sum + size, 0);
  const batch = commonBatch(
    blocks.map((block) => [block, 2]),
    caller,
  );
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  return structured(
    {
      name: 'blockDiagonal',
      n,
      batch,
      product: (v, transpose) =>
        tf.concat(
          tf.split(tf.expandDims(v, 2), sizes, 1).map((part, i) => {
            return tf.squeeze(tf.matMul(asMatrices(blocks[i]), part, transpose), [2]);
          }),
          1,
        ),
      matrices: () =>
        sumOf(
          blocks.map((block, i) => {
            const around: [number, number] = [starts[i], n - starts[i] - sizes[i]];
            return tf.pad(repeated(asMatrices(block), batch), [[0, 0], around, around]);
          }),
        ),
      diagonal: () =>
        tf.concat(
          blocks.map((block) => repeated(mainDiagonal(block), batch)),
          1,
        ),
    },
    options,
  );
}

/** One entry of axis 0 for each sample. */
function repeated(tensor: tf.Tensor, batch: number | null): tf.Tensor {
  return tf.broadcastTo(tensor, [batch ?? 1, ...tensor.shape.slice(1)]);
}
