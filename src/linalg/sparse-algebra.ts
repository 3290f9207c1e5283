/** @file Products and systems with sparse matrices, in f64 on the host: what `sparseMatrix` brings along for `linalg`. */
import * as tf from '@tensorflow/tfjs-core';
import {SquareFactors} from '../kernels/index.js';
import {toRightSide} from './inputs.js';
import {sparseMatVec} from './sparse-mat-vec.js';
import {checkEntries, checkReadable, isBatch, patternIn, valuesIn} from './sparse-entries.js';
import {SparseMatrix, type SparseAlgebra} from './sparse-matrix.js';
import {patternOf} from './sparse-patterns.js';
import {sparseSolve, squareStructure} from './sparse-solve.js';

export const hostSparseAlgebra: SparseAlgebra = {
  matrix(where, shape, rows, columns, values) {
    checkEntries(where, {shape, rows, columns, values});
    return new SparseMatrix([shape[0], shape[1]], patternOf(rows, columns), values);
  },

  multiply(matrix, x, transpose) {
    const where = 'The product with a sparse matrix';
    checkReadable(where);
    return sparseMatVec(patternIn(matrix), valuesIn(matrix, where), x, transpose);
  },

  factor: (matrix, isDefinite, values, refuse) =>
    new SquareFactors(
      squareStructure(patternIn(matrix), isDefinite),
      values,
      values.length / matrix.rows.length || 1,
      refuse,
    ),

  solve(a, b, {assume, adjoint}) {
    const caller = 'linalg.solve';
    checkReadable(caller);
    const [n, columns] = a.shape;
    if (n !== columns) throw new Error(`${caller}: a must have shape [n, n], got [${a.shape.join(',')}].`);
    const values = valuesIn(a, caller);
    const [count] = values.shape;
    const own = isBatch(a) ? [count] : [];
    const {b: B, restore} = toRightSide(b, {shape: [...own, n, n]}, n, caller);
    const how = {isDefinite: assume === 'positiveDefinite', transpose: adjoint};
    const solveRows = (rows: tf.Tensor) => sparseSolve(patternIn(a), values, rows, how, {caller});
    const k = B.shape[B.rank - 1];
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(own, B.shape.slice(0, -2));
    const all = tf.broadcastTo(B, [...batch, n, k]);
    if (all.size === 0) return restore(tf.reshape(solveRows(tf.reshape(all, [0, n])), all.shape));
    // The axis of the matrices comes first, and the columns of b become rows.
    const outer = count === 1 ? [] : [batch.length - 1];
    const inner = [...batch.keys()].filter((axis) => !outer.includes(axis));
    const order = [...outer, ...inner, batch.length + 1, batch.length];
    const turned = tf.transpose(all, order);
    const x = tf.reshape(solveRows(tf.reshape(turned, [-1, n])), turned.shape);
    return restore(tf.transpose(x, order.map((_, axis) => order.indexOf(axis)))); // prettier-ignore
  },
};
