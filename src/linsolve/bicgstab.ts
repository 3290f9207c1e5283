/** @file The stabilised biconjugate-gradient method. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../checks/index.js';
import {iterativeSolver, PRECONDITIONED, type PreconditionedOptions} from './iterative.js';
import type {KrylovMethod, KrylovState} from './krylov-method.js';
import {Iterates} from './host/iterates.js';
import {precondition, type Outcome, type Process, type Run} from './host/process.js';
import {rowDot, safeDivide} from './rows.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver} from './types.js';
import {dot, norm} from './vectors.js';

interface BicgstabState extends KrylovState {
  shadow: tf.Tensor2D;
  p: tf.Tensor2D;
  rho: tf.Tensor2D;
}

/** A run ends at an overlap of at most this, relative to the norms; the next run begins with another shadow residual. */
const BREAKDOWN = 1e-12;

/** A run ends after this many steps without a smaller residual. */
const PATIENCE = 50;

/** BiCGSTAB in f64. */
function* onHost(run: Run): Process<Outcome> {
  const {r, target, steps} = run;
  const n = r.length;
  const iterates = new Iterates(run);
  const {left, gain} = iterates;
  const none = (overlap: number, a: Float64Array, b: Float64Array) =>
    !(Math.abs(overlap) > BREAKDOWN * norm(a) * norm(b));
  const p = left.slice();
  let rho = dot(r, left);
  let [step, since] = [0, 0];
  while (step < steps && since < PATIENCE && iterates.residual > target) {
    step++;
    const ahead = yield* precondition(run, p);
    const v = yield* gain.product('A', ahead);
    const overlap = dot(r, v);
    if (none(overlap, r, v)) break;
    const alpha = rho / overlap;
    const halfway = iterates.move(alpha, ahead, v);
    if (iterates.residual <= target) break;
    const across = yield* precondition(run, left);
    const t = yield* gain.product('A', across);
    const along = dot(t, left);
    if (none(along, t, left)) break;
    const omega = along / dot(t, t);
    since = iterates.move(omega, across, t) || halfway ? 0 : since + 1;
    const next = dot(r, left);
    if (none(next, r, left)) break;
    const beta = (next / rho) * (alpha / omega);
    rho = next;
    for (let i = 0; i < n; i++) p[i] = left[i] + beta * (p[i] - omega * v[i]);
  }
  return iterates.outcome(step);
}

const method: KrylovMethod = {
  onHost,
  start(r) {
    return {x: tf.zerosLike(r), r, shadow: r, p: r, rho: rowDot(r, r)} satisfies BicgstabState;
  },
  step(state, active, apply) {
    const {x, r, shadow, p, rho} = state as BicgstabState;
    const v = apply(p);
    const alpha = tf.mul(active, safeDivide(rho, rowDot(shadow, v)));
    const s: tf.Tensor2D = tf.sub(r, tf.mul(alpha, v));
    const t = apply(s);
    const omega = tf.mul(active, safeDivide(rowDot(t, s), rowDot(t, t)));
    const rNext: tf.Tensor2D = tf.sub(s, tf.mul(omega, t));
    const rhoNext = rowDot(shadow, rNext);
    const beta = tf.mul(safeDivide(rhoNext, rho), safeDivide(alpha, omega));
    return {
      x: tf.add(x, tf.add(tf.mul(alpha, p), tf.mul(omega, s))),
      r: rNext,
      shadow,
      p: tf.add(rNext, tf.mul(beta, tf.sub(p, tf.mul(omega, v)))),
      rho: rhoNext,
    } satisfies BicgstabState;
  },
  // A shadow residual that has become orthogonal to r stalls the method; a new one frees it.
  restart: 50,
};

/** BiCGSTAB (van der Vorst 1992), for any nonsingular A: two products an iteration, constant memory. */
export function bicgstab(given: PreconditionedOptions = {}): LinearSolver {
  const options = checkOptions('linsolve.bicgstab', given, PRECONDITIONED);
  return iterativeSolver('bicgstab', method, options);
}

registerLinearSolver('bicgstab', bicgstab);
