/** @file Chooses a linear solver from the known properties of the operator. */
import * as tf from '@tensorflow/tfjs-core';
import {canLook} from '../programs/index.js';
import {noteOwn} from '../autodiff/index.js';
import {checkOptions, type NoOptions} from '../checks/index.js';
import {factorLeastNorm} from '../kernels/index.js';
import {quietCg} from './cg.js';
import {normalCg} from './normal-cg.js';
import {directSolver} from './direct.js';
import {gmres} from './gmres.js';
import {quietMinres} from './minres.js';
import {reporting} from './reporting.js';
import {registerLinearSolver} from './registry.js';
import {toRows} from './rows.js';
import type {Factorization, LinearSolver, Operator, SolveInfo} from './types.js';

/** Up to this many unknowns, the matrix of a system is formed and factored in f64. */
const DENSE_UNKNOWNS = 64;

/** Up to this many unknowns, a system on which the iterative method failed is factored instead. */
const RESCUE_UNKNOWNS = 512;

/** The largest number of iterations, and of products between two restarts of GMRES, if the host can see when to stop. */
const HOST = {maxIterations: 1000, restart: 60};

/** The relative residual at which a system counts as solved. */
const SOLVED = 1e-6;

/**
 * The one that is sought if products are in double precision. The error of a solution can be as many times the residual as the condition
 * number says, and these digits cost little.
 */
const SOUGHT = 1e-9;

/**
 * The default. Small systems, up to 64 unknowns, use a dense factorisation, in f64 on the host and in doubles of two f32 on WebGPU. If the
 * matrix is singular up to the rounding of f32 data (n·2⁻²³ after rows and columns have been scaled), the host returns the least-squares
 * solution of least norm.
 *
 * A sparse matrix (`operators.sparse`) of any size is factored as such.
 *
 * Larger systems use CG if the operator is symmetric positive definite, MINRES if it is symmetric, GMRES otherwise. If the host can see
 * that this did not converge, it tries the dense factorisation for up to 512 unknowns, or CG on the normal equations for more unknowns,
 * and keeps the better of the two solutions of each sample. A relative residual of 1e-6 counts as solved; if products are in double precision,
 * the methods continue to 1e-9 where they can. `info` tells which residual was reached. On WebGPU, GMRES replaces MINRES, and there is no
 * second attempt.
 */
export function auto(options?: NoOptions): LinearSolver {
  checkOptions('linsolve.auto', options, []);
  const solver: LinearSolver = {
    className: 'auto',
    getConfig: () => ({}),
    factor(operator) {
      const made = new Map<() => LinearSolver, Factorization>();
      const attempt = (make: () => LinearSolver, b: tf.Tensor, transpose: boolean): Attempt => {
        if (!made.has(make)) made.set(make, make().factor(operator));
        const factorization = made.get(make)!;
        const x = transpose ? factorization.solveTranspose(b) : factorization.solve(b);
        const {converged, iterations, residual} = factorization.info!;
        const info = {
          converged: solved(converged, residual),
          iterations: tf.clone(iterations),
          residual: tf.clone(residual),
        };
        return {x, info};
      };
      return reporting(
        (b, transpose) => {
          const unknowns = operator.batched ? b.size / Math.max(1, b.shape[0]) : b.size;
          const isSmall = made.has(dense) || unknowns <= DENSE_UNKNOWNS;
          const isDirect = isSmall || (canLook() && operator.factor !== undefined);
          const first = isDirect ? dense : iterativeFor(operator, hasDoubleProducts(operator));
          const result = attempt(first, b, transpose);
          if (first === dense || !canLook() || allConverged(result)) return result;
          const second = unknowns <= RESCUE_UNKNOWNS ? dense : leastSquares;
          return better(attempt(second, b, transpose), result, operator.batched);
        },
        () => made.forEach((factorization) => factorization.dispose()),
      );
    },
  };
  noteOwn('factor', solver);
  return solver;
}

type Attempt = {x: tf.Tensor; info: SolveInfo};

const dense = () => directSolver('auto', {factorDense: factorLeastNorm, positiveDefinite: false});
const leastSquares = () => normalCg({maxIterations: HOST.maxIterations});

interface Methods {
  definite: () => LinearSolver;
  symmetric: () => LinearSolver;
  general: () => LinearSolver;
}

const methodsFor = (tolerance: number): Methods => ({
  definite: () => quietCg(canLook() ? {tolerance, maxIterations: HOST.maxIterations} : {}),
  symmetric: () => (canLook() ? quietMinres({tolerance, maxIterations: HOST.maxIterations}) : gmres()),
  general: () => gmres(canLook() ? {tolerance, ...HOST} : {}),
});

const [SINGLE, DOUBLE] = [SOLVED, SOUGHT].map(methodsFor);

function iterativeFor({tags}: Operator, isDouble: boolean): () => LinearSolver {
  const {definite, symmetric, general} = isDouble ? DOUBLE : SINGLE;
  if (!tags.symmetric) return general;
  return tags.positiveDefinite ? definite : symmetric;
}

function hasDoubleProducts(operator: Operator): boolean {
  return canLook() && (operator.double?.() ?? null) !== null;
}

/** 1 for each sample that its solver calls solved, or whose residual is small enough. */
function solved(converged: tf.Tensor1D, residual: tf.Tensor1D): tf.Tensor1D {
  return tf.maximum(converged, tf.cast(tf.lessEqual(residual, SOLVED), 'float32'));
}

function allConverged({info}: Attempt): boolean {
  return info.converged.dataSync().every((flag) => flag === 1);
}

/** A residual must be smaller than the other by this factor to be preferred, because the second attempt has the least norm. */
const ALIKE = 0.9;

/** The second attempt, except for the samples that it solved worse than the first. */
function better(second: Attempt, first: Attempt, batched: boolean): Attempt {
  // A value that is not finite is not less than anything.
  const worse = tf.less(first.info.residual, tf.mul(ALIKE, second.info.residual));
  const failed = tf.logicalNot(tf.isFinite(second.info.residual));
  const keep = tf.logicalOr(worse, failed);
  const choose = (one: tf.Tensor, other: tf.Tensor) => tf.where(keep, one, other) as tf.Tensor1D;
  const rows = tf.where(tf.expandDims(keep, 1), toRows(first.x, batched), toRows(second.x, batched));
  return {
    x: tf.reshape(rows, first.x.shape),
    info: {
      converged: choose(first.info.converged, second.info.converged),
      iterations: choose(first.info.iterations, second.info.iterations),
      residual: choose(first.info.residual, second.info.residual),
    },
  };
}

registerLinearSolver('auto', auto);
