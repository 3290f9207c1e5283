/** @file MINRES, for symmetric matrices that need not be definite. */
import {checkOptions} from '../checks/index.js';
import {iterativeSolver, ITERATIVE, type IterativeOptions} from './iterative.js';
import type {KrylovMethod} from './krylov-method.js';
import {gmresMethod} from './gmres.js';
import {Best} from './host/best.js';
import {Gain} from './host/gain.js';
import type {Outcome, Process, Run} from './host/process.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver} from './types.js';
import {warnOfUnsymmetric} from './unsymmetric.js';
import {addScaled, dot, norm, scaled} from './vectors.js';

/** ‖A r‖ ≤ this·‖A‖‖r‖ ends a run: x is a least-squares solution, as far as f32 products can show. */
const LEAST_SQUARES = 1e-6;

/** Residuals that differ by at most this count as equal: the best of them is the x with the smallest ‖A r‖. */
const ALIKE = 1.02;

/** A run ends after this many steps without a smaller residual or a smaller ‖A r‖. */
const PATIENCE = 100;

/** The number of products between two restarts if a device runs GMRES instead. */
const DEVICE_RESTART = 20;

/** MINRES in f64: the Lanczos basis, with three vectors kept, and Givens rotations. */
function* onHost({r, target, steps, isDouble}: Run): Process<Outcome> {
  const n = r.length;
  const gain = new Gain(isDouble);
  const x = new Float64Array(n);
  let [before, current]: Float64Array[] = [r, r.slice()];
  let [old, w]: Float64Array[] = [new Float64Array(n), new Float64Array(n)];
  let [betaBefore, beta] = [0, norm(r)];
  let [delta, epsilon] = [0, 0];
  let [c, s] = [-1, 0];
  let residual = beta;
  // Of all x whose residual, plus the rounding of products of that size, is about the smallest, this is the one with the smallest ‖A r‖.
  let best = new Best(n, Infinity);
  let [total, totalOfBest] = [residual, residual];
  let [step, since] = [0, 0];
  while (step < steps && residual > target && since < PATIENCE && beta > 0) {
    step++;
    const v = scaled(current, 1 / beta);
    const y = yield* gain.product('A', v);
    if (step > 1) addScaled(y, -beta / betaBefore, before);
    const alpha = dot(v, y);
    addScaled(y, -alpha / beta, current);
    [before, current] = [current, y];
    [betaBefore, beta] = [beta, norm(y)];
    const epsilonBefore = epsilon;
    const above = c * delta + s * alpha;
    const diagonal = s * delta - c * alpha;
    epsilon = s * beta;
    delta = -c * beta;
    // ‖A r‖ / ‖r‖ of the x so far.
    const normal = Math.hypot(diagonal, delta);
    if (total * ALIKE < totalOfBest) best = new Best(n, Infinity);
    const alike = total <= totalOfBest * ALIKE;
    since = alike && best.offer(x, normal * residual) ? 0 : since + 1;
    if (since === 0) totalOfBest = total;
    if (!(normal > LEAST_SQUARES * gain.value)) break;
    const gamma = Math.hypot(diagonal, beta);
    if (!(gamma > 0 && gamma < Infinity)) break;
    [c, s] = [diagonal / gamma, beta / gamma];
    const older = old;
    old = w;
    w = new Float64Array(n);
    for (let i = 0; i < n; i++) w[i] = (v[i] - epsilonBefore * older[i] - above * old[i]) / gamma;
    addScaled(x, c * residual, w);
    residual = Math.abs(s * residual);
    // If A is singular up to rounding, an x that would solve an inconsistent system is so large that its products are noise.
    total = residual + gain.rounding(norm(x), n);
  }
  return {x, safe: total * ALIKE < totalOfBest ? x : best.solution, steps: step, gain: gain.value};
}

/**
 * MINRES (Paige & Saunders 1975), for symmetric A, definite or not; the residual never grows.
 *
 * A singular system gets the least-squares solution of least norm; `info.converged` tells whether it solves the system. If the
 * host cannot read tensors, GMRES with 20 products per cycle replaces it.
 */
export function minres(given: IterativeOptions = {}): LinearSolver {
  const options = checkOptions('linsolve.minres', given, ITERATIVE);
  return iterativeSolver('minres', {...method(), onUnsymmetric: warnOfUnsymmetric('minres')}, options);
}

/** `minres` for a caller that tries another solver if it fails. */
export function quietMinres(options: IterativeOptions): LinearSolver {
  return iterativeSolver('minres', method(), options);
}

const method = (): KrylovMethod => ({
  ...gmresMethod(DEVICE_RESTART),
  onHost,
  hostRestart: undefined,
  symmetric: true,
});

registerLinearSolver('minres', minres);
