/** @file Conjugate gradients on the normal equations. */
import * as tf from '@tensorflow/tfjs-core';
import {doublesOf, tensorOfDoubles} from '../autodiff/index.js';
import {checkOptions} from '../checks/index.js';
import {canLook} from '../programs/index.js';
import {quietCg} from './cg.js';
import {residualOf} from './direct.js';
import {ITERATIVE, type IterativeOptions} from './iterative.js';
import {registerLinearSolver} from './registry.js';
import {reporting} from './reporting.js';
import {toRows} from './rows.js';
import type {DoubleProducts, LinearSolver, Operator} from './types.js';

/**
 * Conjugate gradients on the normal equations AᵀA x = Aᵀb, for any A.
 *
 * Never the first choice: it squares the condition number. It finds the least-squares solution of minimum norm when A is
 * singular. It is not preconditioned. `tolerance` and `info.converged` refer to the residual of the normal equations, `info.residual` is
 * the residual of the system.
 */
export function normalCg(options: IterativeOptions = {}): LinearSolver {
  const {tolerance, maxIterations} = checkOptions('linsolve.normalCg', options, ITERATIVE);
  const inner = quietCg({tolerance, maxIterations});
  return {
    className: 'normalCg',
    getConfig: () => inner.getConfig(),
    factor(operator) {
      const doubleProducts = (squared: (of: DoubleProducts) => DoubleProducts['apply']) => () => {
        const own = operator.double?.();
        if (!own) return null;
        const apply = squared(own);
        return {apply, applyTranspose: apply};
      };
      const normal: Operator = {
        ...operator,
        batched: operator.batched,
        tags: {symmetric: true},
        diagonal: undefined,
        apply: (v) => tf.tidy(() => operator.applyTranspose(operator.apply(v))),
        applyTranspose: (v) => tf.tidy(() => operator.applyTranspose(operator.apply(v))),
        double: doubleProducts((own) => (rows) => own.applyTranspose(own.apply(rows))),
      };
      const transposed: Operator = {
        ...normal,
        apply: (v) => tf.tidy(() => operator.apply(operator.applyTranspose(v))),
        applyTranspose: (v) => tf.tidy(() => operator.apply(operator.applyTranspose(v))),
        double: doubleProducts((own) => (rows) => own.apply(own.applyTranspose(rows))),
      };
      const forward = inner.factor(normal);
      const backward = inner.factor(transposed);
      return reporting(
        (b, transpose) => {
          const squared = transpose ? backward : forward;
          const x = squared.solve(imageOf(operator, b, !transpose));
          const {converged, iterations} = squared.info!;
          const residual = residualOf(operator, b, toRows(x, operator.batched), transpose);
          return {x, info: {converged: tf.clone(converged), iterations: tf.clone(iterations), residual}};
        },
        () => {
          forward.dispose();
          backward.dispose();
        },
      );
    },
  };
}

/** A b, or Aᵀb; in double precision if there are such products. */
function imageOf(operator: Operator, b: tf.Tensor, transpose: boolean): tf.Tensor {
  const double = canLook() ? operator.double?.() : null;
  if (!double) return transpose ? operator.applyTranspose(b) : operator.apply(b);
  const product = transpose ? double.applyTranspose : double.apply;
  return tensorOfDoubles(product(doublesOf(b)).slice(), b.shape);
}

registerLinearSolver('normalCg', normalCg);
