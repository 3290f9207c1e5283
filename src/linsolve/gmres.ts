/** @file Restarted GMRES; on a device, in a form that needs no small least-squares problem. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {iterativeSolver, PRECONDITIONED, type PreconditionedOptions} from './iterative.js';
import type {KrylovMethod, KrylovState} from './krylov-method.js';
import {Gain} from './host/gain.js';
import {OrthonormalBasis} from './host/orthonormal-basis.js';
import {precondition, type Outcome, type Process, type Run} from './host/process.js';
import {orthonormalize, rowDot, rowNorm, safeDivide} from './rows.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver} from './types.js';
import {addScaled, norm} from './vectors.js';

/** The options of `linsolve.gmres`. */
export interface GmresOptions extends PreconditionedOptions {
  /** The number of products between two restarts; the memory is 2·restart vectors. Default 20. */
  restart?: number | undefined;
}

interface GmresState extends KrylovState {
  /** Directions P and their images Q = A P with orthonormal rows, [B, k, n]. */
  directions: tf.Tensor3D;
  images: tf.Tensor3D;
  /** The next direction, [B, n]. */
  next: tf.Tensor2D;
}

/** A step that shrinks the residual by less than this factor continues from the image instead of the residual. */
const STAGNATION = 0.9;

/** A new direction that keeps at most this fraction of its length lies in the space of the earlier ones. */
const DEPENDENT = 1e-12;

/** One cycle in f64: Arnoldi's basis, orthogonalised twice where digits are lost, and Givens rotations (Saad & Schultz 1986; flexible, Saad 1993). */
function* onHost(run: Run): Process<Outcome> {
  const basis = new OrthonormalBasis(run.r.length, run.steps + 1);
  try {
    return yield* withBasis(run, basis);
  } finally {
    basis.dispose();
  }
}

function* withBasis(run: Run, basis: OrthonormalBasis): Process<Outcome> {
  const {r, target, steps} = run;
  const gain = new Gain(run.isDouble);
  const start = norm(r);
  basis.add(r, 1 / start);
  const directions: Float64Array[] = [];
  const columns: Float64Array[] = [];
  const rotations: [c: number, s: number][] = [];
  const g = [start];
  const residuals: number[] = [];
  for (let j = 0; j < steps && Math.abs(g[j]) > target; j++) {
    // A copy: the basis may move when it grows.
    const direction = yield* precondition(run, basis.at(j).slice());
    const w = yield* gain.product('A', direction);
    const before = norm(w);
    const h = new Float64Array(j + 1);
    const length = basis.orthogonalize(w, h, before);
    rotations.forEach(([c, s], i) => ([h[i], h[i + 1]] = [c * h[i] + s * h[i + 1], c * h[i + 1] - s * h[i]]));
    const hypotenuse = Math.hypot(h[j], length);
    if (!(hypotenuse > 0 && hypotenuse < Infinity)) break;
    const [c, s] = [h[j] / hypotenuse, length / hypotenuse];
    h[j] = hypotenuse;
    rotations.push([c, s]);
    directions.push(direction);
    columns.push(h);
    g.push(-s * g[j]);
    residuals.push(g[j + 1]);
    g[j] *= c;
    if (length <= DEPENDENT * before) break;
    basis.add(w, 1 / length);
  }
  // If a matrix is singular up to rounding, the last directions may be noise. The safe iterate is the one whose residual, plus the
  // rounding of products of its size, is the smallest.
  let [best, least]: [number[], number] = [[], start];
  const sizes = directions.map(norm);
  for (let k = 1; k <= columns.length; k++) {
    const y = backSubstituted(columns, g, k);
    const size = Math.hypot(...y.map((value, j) => value * sizes[j]));
    const total = Math.abs(residuals[k - 1]) + gain.rounding(size, r.length);
    if (total < least) [best, least] = [y, total];
  }
  const combined = (y: number[]) => {
    const x = new Float64Array(r.length);
    y.forEach((value, j) => addScaled(x, value, directions[j]));
    return x;
  };
  const x = combined(backSubstituted(columns, g, columns.length));
  return {x, safe: combined(best), steps: columns.length, gain: gain.value};
}

/** y with R y = g, for the first k columns of R. */
function backSubstituted(columns: Float64Array[], g: number[], k: number): number[] {
  const y = g.slice(0, k);
  for (let j = k - 1; j >= 0; j--) {
    y[j] /= columns[j][j];
    for (let i = 0; i < j; i++) y[i] -= columns[j][i] * y[j];
  }
  return y;
}

/** GMRES as a method of the shared loop. */
export function gmresMethod(restart: number): KrylovMethod {
  return {
    restart,
    hostRestart: restart,
    onHost,
    start(r) {
      const [batch, n] = r.shape;
      return {
        x: tf.zerosLike(r),
        r,
        directions: tf.zeros([batch, 0, n]),
        images: tf.zeros([batch, 0, n]),
        next: safeDivide(r, rowNorm(r)) as tf.Tensor2D,
      } satisfies GmresState;
    },
    step(state, active, apply) {
      const {x, r, directions, images, next} = state as GmresState;
      const {image: q, preimage: p} = orthonormalize(apply(next), next, images, directions);
      const alpha = tf.mul(active, rowDot(q, r));
      const rNext: tf.Tensor2D = tf.sub(r, tf.mul(alpha, q));
      const stagnates = tf.greater(rowNorm(rNext), tf.mul(STAGNATION, rowNorm(r)));
      return {
        x: tf.add(x, tf.mul(alpha, p)),
        r: rNext,
        directions: tf.concat([directions, tf.expandDims(p, 1) as tf.Tensor3D], 1),
        images: tf.concat([images, tf.expandDims(q, 1) as tf.Tensor3D], 1),
        next: tf.where(stagnates, q, safeDivide(rNext, rowNorm(rNext))) as tf.Tensor2D,
      } satisfies GmresState;
    },
  };
}

const NAMES: Names<GmresOptions> = {...PRECONDITIONED, restart: 0};

/**
 * GMRES(restart), for any A; the residual never grows. It can stagnate; then x is the best so far, and is reported as not
 * converged.
 *
 * If the host cannot read tensors, it is the adaptive simpler GMRES of Jiránek & Rozložník (2010), which has the same iterates
 * but updates x and the residual directly: every sample of a batch runs in the same few tensor operations.
 */
export function gmres(given: GmresOptions = {}): LinearSolver {
  const {restart = 20, ...options} = checkOptions('linsolve.gmres', given, NAMES);
  if (!(restart >= 1)) throw new Error(`gmres: restart must be at least 1, got ${restart}.`);
  const solver = iterativeSolver('gmres', gmresMethod(restart), options);
  return {...solver, getConfig: () => ({...solver.getConfig(), restart})};
}

registerLinearSolver('gmres', gmres);
