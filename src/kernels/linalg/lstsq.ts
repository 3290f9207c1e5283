/** @file The kernel 'ImplicitLstsq': least-squares solutions of least norm, each matrix factored once. */
import type * as tf from '@tensorflow/tfjs-core';
import {registerHostKernel} from '../host-kernel.js';
import {multiplyPseudoInverse, pseudoInverse} from '../reference/pseudo-inverse.js';
import {batchOf, checkFinite, floatOutput, forEachSystem} from './batch.js';
import {runKernel, type Call} from './call.js';

const LSTSQ = 'ImplicitLstsq';

export type LstsqAttributes = {rcond: number; adjoint: boolean};

/** [x, b − M x] for x = M⁺ b, where M is a [..., m, n], or its transpose if `adjoint`; b has as many rows as M. */
export function runLstsq(
  a: tf.Tensor,
  b: tf.Tensor,
  attributes: LstsqAttributes,
  call: Call,
): [tf.Tensor, tf.Tensor] {
  return runKernel(LSTSQ, {a, b}, {...attributes, ...call});
}

registerHostKernel<'a' | 'b'>(LSTSQ, ({a, b}, attributes) => {
  const {caller, cotangent, rcond, adjoint} = attributes as LstsqAttributes & Call;
  checkFinite(caller, 'a', a);
  if (!cotangent) checkFinite(caller, 'b', b);
  const [m, n] = a.shape.slice(-2);
  const [rows, columns] = b.shape.slice(-2);
  const batch = batchOf(a, b);
  const solution = floatOutput(...batch, adjoint ? m : n, columns);
  const residual = floatOutput(...batch, rows, columns);
  forEachSystem(
    a,
    b,
    (matrix) => ({matrix, inverse: pseudoInverse(matrix, m, n, rcond)}),
    ({matrix, inverse}, rightSide, sample) => {
      const x = multiplyPseudoInverse(inverse, rightSide.slice(), columns, adjoint);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          const [row, at] = adjoint ? [j, i] : [i, j];
          for (let c = 0; c < columns; c++) {
            rightSide[row * columns + c] -= matrix[i * n + j] * x[at * columns + c];
          }
        }
      }
      solution.values.set(x, sample * x.length);
      residual.values.set(rightSide, sample * rightSide.length);
    },
  );
  return [solution, residual];
});
