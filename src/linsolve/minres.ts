/** @file MINRES, for symmetric matrices that need not be definite. */
import {iterativeSolver, type IterativeOptions} from './iterative.js';
import {gmresMethod} from './gmres.js';
import {Gain, type Outcome, type Process, type Run} from './host-krylov.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver} from './types.js';
import {addScaled, dot, norm, scaled} from './vectors.js';

/** ‖A r‖ ≤ this·‖A‖‖r‖ ends a run: x is a least-squares solution, as far as f32 products tell. */
const LEAST_SQUARES = 1e-7;

/** Steps without a smaller ‖r‖ (by a hundredth) or ‖A r‖ after which a run ends. */
const PATIENCE = 100;

/** Where a device runs GMRES in its place, this many products between two restarts. */
const DEVICE_RESTART = 20;

/** MINRES in f64: Lanczos's basis, of which three vectors are kept, and Givens rotations. */
function* onHost({r, target, steps}: Run): Process<Outcome> {
  const n = r.length;
  const gain = new Gain();
  const x = new Float64Array(n);
  let [before, current]: Float64Array[] = [r, r.slice()];
  let [old, w]: Float64Array[] = [new Float64Array(n), new Float64Array(n)];
  let [betaBefore, beta] = [0, norm(r)];
  let [delta, epsilon] = [0, 0];
  let [c, s] = [-1, 0];
  let residual = beta;
  let [leastResidual, leastNormal, since] = [residual, Infinity, 0];
  let step = 0;
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
    if (!(normal > LEAST_SQUARES * gain.value)) break;
    const gamma = Math.hypot(diagonal, beta);
    if (!(gamma > 0 && gamma < Infinity)) break;
    [c, s] = [diagonal / gamma, beta / gamma];
    const older = old;
    old = w;
    w = new Float64Array(n);
    for (let i = 0; i < n; i++) w[i] = (v[i] - epsilonBefore * older[i] - above * old[i]) / gamma;
    addScaled(x, c * residual, w);
    const better = normal * residual < leastNormal || residual < 0.99 * leastResidual;
    since = better ? 0 : since + 1;
    leastNormal = Math.min(leastNormal, normal * residual);
    residual = Math.abs(s * residual);
    if (better) leastResidual = Math.min(leastResidual, residual);
  }
  return {x, steps: step, gain: gain.value};
}

/**
 * MINRES (Paige & Saunders 1975), for symmetric A, definite or not; the residual never grows.
 *
 * A singular system gets the least-squares solution of least norm; `info.converged` says whether it solves the system. Where the
 * host cannot read tensors, GMRES with 20 products a cycle takes its place.
 */
export function minres(options: IterativeOptions = {}): LinearSolver {
  const method = {...gmresMethod(DEVICE_RESTART), onHost, hostRestart: undefined, symmetric: true};
  return iterativeSolver('minres', method, options);
}

registerLinearSolver('minres', minres);
