/** @file Conjugate gradients. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../checks/index.js';
import {
  iterativeSolver,
  ITERATIVE,
  PRECONDITIONED,
  reporting,
  type IterativeOptions,
  type KrylovMethod,
  type KrylovState,
  type PreconditionedOptions,
} from './iterative.js';
import {Best, Gain, roundingOf, type Outcome, type Process, type Run} from './host-krylov.js';
import {residualOf} from './direct.js';
import {rowDot, safeDivide, toRows} from './rows.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver, Operator} from './types.js';
import {warnOfUnsymmetric} from './unsymmetric.js';
import {addScaled, dot, norm} from './vectors.js';

/** M has to be symmetric positive definite. */
export type CgOptions = PreconditionedOptions;

interface CgState extends KrylovState {
  p: tf.Tensor2D;
  /** ⟨r, M r⟩, [B, 1]. */
  rz: tf.Tensor2D;
}

/** A curvature pᵀAp of no more than this times ‖A‖‖p‖² is none. */
const FLAT = 1e-12;

/** A step that lowers ½xᵀAx − bᵀx by no more than this share of what all have is no progress. */
const SLIGHT = 1e-7;

/** Steps without progress and without a smaller residual after which a run ends. */
const PATIENCE = 100;

/** CG in f64. It ends with its best x where the curvature is zero or changes its sign: there A is not definite. */
function* onHost({r, target, steps, preconditioned}: Run): Process<Outcome> {
  const n = r.length;
  const x = new Float64Array(n);
  const left = r.slice();
  let residual = norm(r);
  const best = new Best(n, residual);
  const safe = new Best(n, residual);
  const gain = new Gain();
  const precondition = function* (): Process<Float64Array> {
    return preconditioned ? yield {map: 'M', vector: left.slice()} : left;
  };
  let z = yield* precondition();
  const p = z.slice();
  let rz = dot(left, z);
  let [sign, energy] = [0, 0];
  let [step, since] = [0, 0];
  while (step < steps && since < PATIENCE && residual > target) {
    step++;
    const q = yield* gain.product('A', p);
    const curvature = dot(p, q);
    const definite = Math.abs(curvature) > FLAT * gain.value * dot(p, p) && sign * curvature >= 0;
    if (!definite) break;
    sign = Math.sign(curvature);
    const alpha = rz / curvature;
    addScaled(x, alpha, p);
    addScaled(left, -alpha, q);
    energy += alpha * rz;
    residual = norm(left);
    safe.offer(x, residual + roundingOf(norm(x), n, gain.value));
    const progress = best.offer(x, residual) || Math.abs(alpha * rz) > SLIGHT * Math.abs(energy);
    since = progress ? 0 : since + 1;
    z = yield* precondition();
    const next = dot(left, z);
    const beta = next / rz;
    rz = next;
    for (let i = 0; i < n; i++) p[i] = z[i] + beta * p[i];
  }
  return {x: best.solution, safe: safe.solution, steps: step, gain: gain.value};
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
 * On a singular but consistent system it finds the minimum-norm solution. Where A turns out not to be definite, or not symmetric,
 * it ends with the best x so far and reports that as not converged (an A that is not symmetric with a message, once); `minres` takes indefinite matrices, `gmres` any.
 */
export function cg(given: CgOptions = {}): LinearSolver {
  const options = checkOptions('linsolve.cg', given, PRECONDITIONED);
  return iterativeSolver('cg', {...method, onUnsymmetric: warnOfUnsymmetric('cg')}, options);
}

/** `cg` for a caller that tries something else where it fails. */
export function quietCg(options: CgOptions): LinearSolver {
  return iterativeSolver('cg', method, options);
}

/**
 * Conjugate gradients on the normal equations AᵀA x = Aᵀb, for any A.
 *
 * Never the first choice: it squares the condition number. It finds the least-squares solution of minimum norm when A is
 * singular. It is not preconditioned. `tolerance` and `info.converged` are about the residual of the normal equations,
 * `info.residual` is that of the system.
 */
export function normalCg(options: IterativeOptions = {}): LinearSolver {
  const {tolerance, maxIterations} = checkOptions('linsolve.normalCg', options, ITERATIVE);
  const inner = quietCg({tolerance, maxIterations});
  return {
    className: 'normalCg',
    getConfig: () => inner.getConfig(),
    factor(operator) {
      const normal: Operator = {
        ...operator,
        batched: operator.batched,
        tags: {symmetric: true},
        diagonal: undefined,
        apply: (v) => tf.tidy(() => operator.applyTranspose(operator.apply(v))),
        applyTranspose: (v) => tf.tidy(() => operator.applyTranspose(operator.apply(v))),
      };
      const transposed: Operator = {
        ...normal,
        apply: (v) => tf.tidy(() => operator.apply(operator.applyTranspose(v))),
        applyTranspose: (v) => tf.tidy(() => operator.apply(operator.applyTranspose(v))),
      };
      const forward = inner.factor(normal);
      const backward = inner.factor(transposed);
      return reporting(
        (b, transpose) => {
          const squared = transpose ? backward : forward;
          const x = squared.solve(transpose ? operator.apply(b) : operator.applyTranspose(b));
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

registerLinearSolver('cg', cg);
registerLinearSolver('normalCg', normalCg);
