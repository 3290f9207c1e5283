/** @file Systems of one unknown. */
import * as tf from '@tensorflow/tfjs-core';
import {doublesOf, tensorOfDoubles} from '../autodiff/index.js';
import {canLook} from '../programs/index.js';
import {checkOptions, type NoOptions} from '../checks/index.js';
import {directReport, residualOf} from './direct.js';
import {reporting} from './reporting.js';
import {registerLinearSolver} from './registry.js';
import {safeDivide, toRows} from './rows.js';
import type {DoubleProducts, LinearSolver, Operator} from './types.js';
import {difference, norm} from './vectors.js';

/**
 * Division, for operators with one unknown per system (or diagonal ones): b divided by A applied to ones. If A applied to ones is zero,
 * the solution is zero, which has the least norm.
 */
export function scalar(options?: NoOptions): LinearSolver {
  checkOptions('linsolve.scalar', options, []);
  return {
    className: 'scalar',
    getConfig: () => ({}),
    factor: (operator: Operator) =>
      reporting((b, transpose) => {
        const double = canLook() ? operator.double?.() : null;
        if (double) return inDoubles(transpose ? double.applyTranspose : double.apply, b, operator.batched);
        const ones = tf.onesLike(b);
        const diagonal = transpose ? operator.applyTranspose(ones) : operator.apply(ones);
        const x = safeDivide(b, diagonal);
        return {x, info: directReport(residualOf(operator, b, toRows(x, operator.batched), transpose))};
      }),
  };
}

/** The same on the host, without rounding to float32 before the end. */
function inDoubles(product: DoubleProducts['apply'], b: tf.Tensor, batched: boolean) {
  const values = doublesOf(b);
  const diagonal = product(new Float64Array(b.size).fill(1)).slice();
  const x = values.map((value, i) => (diagonal[i] === 0 ? 0 : value / diagonal[i]));
  const left = difference(values, product(x));
  const rows = batched ? b.shape[0] : 1;
  const width = b.size / Math.max(1, rows);
  const residual = Array.from({length: rows}, (_, i) => {
    const [rest, size] = [left, values].map((all) => norm(all.subarray(i * width, (i + 1) * width)));
    return size === 0 ? 0 : rest / size;
  });
  return {x: tensorOfDoubles(x, b.shape), info: directReport(tf.tensor1d(residual))};
}

registerLinearSolver('scalar', scalar);
