/** @file Linear systems with a sparse square matrix, differentiable to any order. */
import * as tf from '@tensorflow/tfjs-core';
import {nothing, offTape, recordOp} from '../autodiff/index.js';
import {runSparseSolve, squareEntries, type Call, type ProblemStructure} from '../kernels/index.js';
import {sparseOuters, type SparsePattern} from './sparse-mat-vec.js';
import {patternOf, structureOf} from './sparse-patterns.js';

/** How the matrix is factored, and whether it is its transpose. */
interface How {
  isDefinite: boolean;
  transpose: boolean;
}

/** What the pattern of a square matrix determines. */
export function squareStructure({shape, entries}: SparsePattern, isDefinite: boolean): ProblemStructure {
  return structureOf(squareEntries(shape[0], entries, patternOf([], []), isDefinite));
}

/** x with A x = b, or Aᵀx = b, for the values of A, [C, entries], and rows b [C·k, n], of which each matrix has k. */
export function sparseSolve(
  pattern: SparsePattern,
  values: tf.Tensor,
  rows: tf.Tensor,
  how: How,
  call: Call,
): tf.Tensor {
  const {isDefinite, transpose} = how;
  if (rows.size === 0) return nothing([rows.shape], [values, rows])[0];
  const structure = squareStructure(pattern, isDefinite);
  return recordOp({
    name: 'SparseSolve',
    values: [offTape(() => runSparseSolve(structure, values, rows, transpose, call))],
    inputs: [values, rows],
    gradient: ([dx], [x], [A], needed) => {
      const back = {isDefinite, transpose: !transpose};
      const u = sparseSolve(pattern, A, dx, back, {...call, cotangent: true});
      const outer = (a: tf.Tensor, b: tf.Tensor) => outersOfEach(pattern, a, b, A.shape[0]);
      const direct = () => (transpose ? outer(x, u) : outer(u, x));
      const slope = () => (isDefinite ? tf.mul(0.5, tf.add(outer(u, x), outer(x, u))) : direct());
      return [needed[0] ? tf.neg(slope()) : null, needed[1] ? tf.clone(u) : null];
    },
  })[0];
}

/** Σ aᵢ bⱼ for each entry (i, j), over the rows of each matrix: [count, entries]. */
function outersOfEach(pattern: SparsePattern, a: tf.Tensor, b: tf.Tensor, count: number): tf.Tensor {
  const [total] = a.shape;
  if (count === 1 || count === total) return sparseOuters(pattern, a, b, count);
  const size = pattern.entries.rows.length;
  return tf.sum(tf.reshape(sparseOuters(pattern, a, b, total), [count, total / count, size]), 1);
}
