/** @file The KKT system of a batch of quadratic programs, solved on the active set. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type NoOptions} from '../checks/index.js';
import {KktBatch, type BoundedBlocks} from '../kernels/index.js';
import {directReport} from './direct.js';
import {reporting} from './reporting.js';
import {toRows} from './rows.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver, Operator} from './types.js';

/**
 * The Jacobian of a quadratic program's KKT condition, with its blocks. Vectors are rows (x, ineqDual, eqDual) of
 * n + m + k entries.
 */
export interface KktOperator extends Operator {
  /** Q, G and A, which bounds there are, and which inequalities are active; they belong to the caller. */
  readonly blocks: BoundedBlocks;
}

/**
 * The solver for operators with KKT blocks (from `conditions.quadraticKkt`): one Cholesky factorisation in the size of x and one
 * in the number of active rows, with refinement, in f64 on the host or doubles of two f32 on WebGPU; least squares of least norm
 * if the active rows are dependent or the solution is not unique.
 *
 * @throws If the operator has no KKT blocks.
 */
export function kkt(options?: NoOptions): LinearSolver {
  checkOptions('linsolve.kkt', options, []);
  const solver: LinearSolver = {
    className: 'kkt',
    getConfig: () => ({}),
    factor(operator) {
      if (!('blocks' in operator)) {
        throw new Error(
          'linsolve.kkt needs an operator with KKT blocks, such as conditions.quadraticKkt provides; use linsolve.auto here.',
        );
      }
      const {blocks} = operator as KktOperator;
      let systems: KktBatch | null = null;
      return reporting((v, transpose) => {
        systems ??= new KktBatch(blocks);
        const [u, residual] = systems.solve(toRows(v, operator.batched), transpose);
        return {x: tf.reshape(u, v.shape), info: directReport(residual)};
      });
    },
  };
  ours.add(solver);
  return solver;
}

const ours = new WeakSet<LinearSolver>();

/** Whether `kkt` made this solver. */
export function isKkt(solver: LinearSolver): boolean {
  return ours.has(solver);
}

registerLinearSolver('kkt', kkt);
