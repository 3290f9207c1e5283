/** @file The product of constraints with a point, each shared or one per sample; and multiples of the identity that fit them. */
import * as tf from '@tensorflow/tfjs-core';
import {hasSparse, matVec, sparseAlgebra, SparseMatrix} from '../../linalg/index.js';
import type {QPInput} from '../../solvers/index.js';

/** G z, for a shared or a batched G and z. */
export function product(G: tf.Tensor | SparseMatrix, z: tf.Tensor): tf.Tensor {
  const points = z.rank === 1 ? tf.expandDims(z, 0) : z;
  if (G instanceof SparseMatrix) {
    const image = sparseAlgebra('The layer').multiply(G, points);
    return z.rank === 1 ? tf.squeeze(image, [0]) : image;
  }
  const shared = G.rank === 2 && z.rank === 1;
  const lifted =
    G.rank === 2
      ? matVec(tf.expandDims(G, 0), points)
      : matVec(G, points.shape[0] === 1 ? tf.tile(points, [G.shape[0], 1]) : points);
  return shared ? tf.squeeze(lifted, [0]) : lifted;
}

/** scale·I [n, n]: sparse if the problem in which it stands has sparse matrices. */
export function scaledIdentity(
  where: string,
  n: number,
  scale: number,
  problem: Partial<QPInput>,
): tf.Tensor | SparseMatrix {
  if (!hasSparse(problem)) return tf.mul(scale, tf.eye(n));
  const diagonal = Int32Array.from({length: n}, (_, i) => i);
  return sparseAlgebra(where).matrix(where, [n, n], diagonal, diagonal, tf.fill([n], scale));
}
