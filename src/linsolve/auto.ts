/** @file Chooses a linear solver by what is known of the operator. */
import type * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type NoOptions} from '../checks/index.js';
import {hostCanRead} from '../kernels/index.js';
import {cg} from './cg.js';
import {gmres} from './gmres.js';
import {lu} from './lu.js';
import {registerLinearSolver} from './registry.js';
import type {Factorization, LinearSolver, Operator} from './types.js';

/** Up to this many unknowns a system is materialised and factored in f64. */
const DENSE_UNKNOWNS = 64;

/** Up to this many, a system on which the iterative method failed is factored after all. */
const RESCUE_UNKNOWNS = 512;

/**
 * The default. Small systems: LU in f64 on the host, in doubles of two f32 on WebGPU. Larger ones: CG if the operator is
 * symmetric positive definite, GMRES otherwise; where the host can see that it did not converge, LU for up to 512 unknowns.
 * Never the normal equations, which square the condition number.
 */
export function auto(options?: NoOptions): LinearSolver {
  checkOptions('linsolve.auto', options, []);
  return {
    className: 'auto',
    getConfig: () => ({}),
    factor(operator) {
      let dense: Factorization | null = null;
      let krylov: Factorization | null = null;
      let latest: Factorization | null = null;
      const solve = (b: tf.Tensor, transpose: boolean): tf.Tensor => {
        const unknowns = operator.batched ? b.size / Math.max(1, b.shape[0]) : b.size;
        const run = (factorization: Factorization) => {
          latest = factorization;
          return transpose ? factorization.solveTranspose(b) : factorization.solve(b);
        };
        if (dense || unknowns <= DENSE_UNKNOWNS) return run((dense ??= lu().factor(operator)));
        krylov ??= iterativeFor(operator).factor(operator);
        const x = run(krylov);
        if (!hostCanRead() || unknowns > RESCUE_UNKNOWNS || allConverged(krylov)) return x;
        x.dispose();
        return run((dense = lu().factor(operator)));
      };
      return {
        solve: (b) => solve(b, false),
        solveTranspose: (b) => solve(b, true),
        get info() {
          return latest?.info ?? null;
        },
        dispose() {
          dense?.dispose();
          krylov?.dispose();
        },
      };
    },
  };
}

function iterativeFor({tags}: Operator): LinearSolver {
  return tags.symmetric && tags.positiveDefinite ? cg() : gmres();
}

function allConverged({info}: Factorization): boolean {
  return info!.converged.dataSync().every((flag) => flag === 1);
}

registerLinearSolver('auto', auto);
