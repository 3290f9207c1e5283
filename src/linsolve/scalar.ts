/** @file Systems of one unknown. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type NoOptions} from '../checks/index.js';
import {directReport, residualOf} from './direct.js';
import {reporting} from './reporting.js';
import {registerLinearSolver} from './registry.js';
import {safeDivide, toRows} from './rows.js';
import type {LinearSolver, Operator} from './types.js';

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
        const ones = tf.onesLike(b);
        const diagonal = transpose ? operator.applyTranspose(ones) : operator.apply(ones);
        const x = safeDivide(b, diagonal);
        return {x, info: directReport(residualOf(operator, b, toRows(x, operator.batched), transpose))};
      }),
  };
}

registerLinearSolver('scalar', scalar);
