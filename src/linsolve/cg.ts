/** @file Conjugate gradients. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../checks/index.js';
import {iterativeSolver, PRECONDITIONED, type PreconditionedOptions} from './iterative.js';
import type {KrylovMethod, KrylovState} from './krylov-method.js';
import {Iterates} from './host/iterates.js';
import {precondition, type Outcome, type Process, type Run} from './host/process.js';
import {rowDot, safeDivide} from './rows.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver} from './types.js';
import {warnOfUnsymmetric} from './unsymmetric.js';
import {dot} from './vectors.js';

/** M must be symmetric positive definite. */
export type CgOptions = PreconditionedOptions;

interface CgState extends KrylovState {
  p: tf.Tensor2D;
  /** ⟨r, M r⟩, [B, 1]. */
  rz: tf.Tensor2D;
}

/** A curvature pᵀAp of at most this times ‖A‖‖p‖² counts as zero. */
const FLAT = 1e-12;

/** A step that lowers ½xᵀAx − bᵀx by at most this fraction of the total decrease counts as no progress. */
const SLIGHT = 1e-7;

/** A run ends after this many steps without progress and without a smaller residual. */
const PATIENCE = 100;

/** CG in f64. It ends with its best x if the curvature is zero or changes its sign, because then A is not definite. */
function* onHost(run: Run): Process<Outcome> {
  const {target, steps} = run;
  const n = run.r.length;
  const iterates = new Iterates(run);
  const {left, gain} = iterates;
  let z = yield* precondition(run, left);
  const p = z.slice();
  let rz = dot(left, z);
  let [sign, energy] = [0, 0];
  let [step, since] = [0, 0];
  while (step < steps && since < PATIENCE && iterates.residual > target) {
    step++;
    const q = yield* gain.product('A', p);
    const curvature = dot(p, q);
    const definite = Math.abs(curvature) > FLAT * gain.value * dot(p, p) && sign * curvature >= 0;
    if (!definite) break;
    sign = Math.sign(curvature);
    const alpha = rz / curvature;
    energy += alpha * rz;
    const progress = iterates.move(alpha, p, q) || Math.abs(alpha * rz) > SLIGHT * Math.abs(energy);
    since = progress ? 0 : since + 1;
    z = yield* precondition(run, left);
    const next = dot(left, z);
    const beta = next / rz;
    rz = next;
    for (let i = 0; i < n; i++) p[i] = z[i] + beta * p[i];
  }
  return iterates.outcome(step);
}

const method: KrylovMethod = {
  preconditions: true,
  onHost,
  symmetric: true,
  start(r, precondition) {
    const z = precondition(r);
    return {x: tf.zerosLike(r), r, p: z, rz: rowDot(r, z)} satisfies CgState;
  },
  step(state, active, apply, precondition) {
    const {x, r, p, rz} = state as CgState;
    const q = apply(p);
    const alpha = tf.mul(active, safeDivide(rz, rowDot(p, q)));
    const rNext: tf.Tensor2D = tf.sub(r, tf.mul(alpha, q));
    const z = precondition(rNext);
    const rzNext = rowDot(rNext, z);
    const beta = tf.mul(active, safeDivide(rzNext, rz));
    return {
      x: tf.add(x, tf.mul(alpha, p)),
      r: rNext,
      p: tf.add(z, tf.mul(beta, p)),
      rz: rzNext,
    } satisfies CgState;
  },
};

/**
 * Conjugate gradients (Hestenes & Stiefel 1952), for symmetric positive (or negative) definite A.
 *
 * On a singular but consistent system it finds the minimum-norm solution. If A turns out not to be definite or not symmetric, it
 * ends with the best x so far and reports that it did not converge. Use `minres` for indefinite matrices and `gmres` for any
 * matrix.
 */
export function cg(given: CgOptions = {}): LinearSolver {
  const options = checkOptions('linsolve.cg', given, PRECONDITIONED);
  return iterativeSolver('cg', {...method, onUnsymmetric: warnOfUnsymmetric('cg')}, options);
}

/** `cg` for a caller that tries another solver if it fails. */
export function quietCg(options: CgOptions): LinearSolver {
  return iterativeSolver('cg', method, options);
}

registerLinearSolver('cg', cg);
