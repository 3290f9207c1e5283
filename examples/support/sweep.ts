/**
 * @file Cross-validation as a batch axis: every fold with every value of a grid is a sample, and all of them are fitted at once.
 *
 * With W' = √λ W, ½‖XW − Y‖² + ½λ‖W‖² is ½‖X'W' − Y‖² + ½‖W'‖² for X' = X/√λ, and XW = X'W': one layer with λ = 1 fits them all.
 */
import * as tf from '@tensorflow/tfjs';
import {solveQP} from '../../src/index.js';

/** Training and validation rows, [F, …] or, with a grid, [F · L, …]: the values of the grid change fastest. */
export interface Folds {
  X: tf.Tensor3D;
  Y: tf.Tensor3D;
  points: tf.Tensor3D;
  targets: tf.Tensor3D;
}

/** Row i is for validation in fold i mod `folds`; X is [rows, p] and Y [rows, k], and the folds must be equally large. */
export function foldsOf(X: tf.Tensor2D, Y: tf.Tensor2D, folds: number): Folds {
  const rows = X.shape[0];
  if (rows % folds !== 0) throw new Error(`${rows} rows cannot be ${folds} folds of the same size.`);
  const indices = [...Array(rows).keys()];
  const take = (v: tf.Tensor2D, isTaken: (row: number, fold: number) => boolean) =>
    tf.stack(
      [...Array(folds).keys()].map((fold) =>
        tf.gather(
          v,
          tf.tensor1d(
            indices.filter((row) => isTaken(row, fold)),
            'int32',
          ),
        ),
      ),
    ) as tf.Tensor3D;
  const isOut = (row: number, fold: number) => row % folds === fold;
  const isIn = (row: number, fold: number) => !isOut(row, fold);
  return {X: take(X, isIn), Y: take(Y, isIn), points: take(X, isOut), targets: take(Y, isOut)};
}

/** Each fold with each λ of the grid, [L], for a layer whose own λ is 1. Differentiable in λ. */
export function withGrid({X, Y, points, targets}: Folds, grid: tf.Tensor1D): Folds {
  const [folds, size] = [X.shape[0], grid.shape[0]];
  const every = (v: tf.Tensor3D) => {
    const [, rows, columns] = v.shape;
    return tf.reshape<tf.Rank.R3>(tf.tile(tf.expandDims(v, 1), [1, size, 1, 1]), [
      folds * size,
      rows,
      columns,
    ]);
  };
  const scale = tf.reshape(tf.tile(tf.rsqrt(grid), [folds]), [folds * size, 1, 1]);
  return {
    ...{X: tf.mul(every(X), scale), Y: every(Y)},
    ...{points: tf.mul(every(points), scale), targets: every(targets)},
  };
}

/**
 * The scores of min ½‖Xw − y‖² + l1‖w‖₁ for each fold and each value of the grid, [F · L, rows, 1]: w = u − v with u, v ≥ 0 is a quadratic
 * program with bounds. Differentiable in l1.
 */
export function lassoScores({X, Y, points}: Folds, grid: tf.Tensor1D): tf.Tensor3D {
  const [folds, , p] = X.shape;
  const size = grid.shape[0];
  const every = <T extends tf.Tensor>(v: T) =>
    tf.reshape(tf.tile(tf.expandDims(v, 1), [1, size, ...v.shape.slice(1).map(() => 1)]), [
      folds * size,
      ...v.shape.slice(1),
    ]);
  const gram = tf.matMul(X, X, true);
  const b = tf.reshape(tf.matMul(X, Y, true), [folds, p]);
  const [top, bottom] = [tf.concat([gram, tf.neg(gram)], 2), tf.concat([tf.neg(gram), gram], 2)];
  const l1 = tf.reshape(tf.tile(grid, [folds]), [folds * size, 1]);
  const problem = {
    Q: every(tf.concat([top, bottom], 1)),
    p: tf.add(every(tf.concat([tf.neg(b), b], 1)), l1),
    lower: tf.zeros([2 * p]),
  };
  const [u, v] = tf.split(solveQP(problem).x, 2, 1);
  return tf.matMul(every(points), tf.expandDims(tf.sub(u, v), 2)) as tf.Tensor3D;
}

/** The mean squared error over the folds, for each value of the grid, [L]. */
export function errorOf(scores: tf.Tensor, targets: tf.Tensor3D, size: number): tf.Tensor1D {
  const each = tf.mean(tf.square(tf.sub(scores, targets)), [1, 2]);
  return tf.mean(tf.reshape(each, [-1, size]), 0);
}
