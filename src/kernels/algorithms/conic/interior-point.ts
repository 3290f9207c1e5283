/**
 * @file A primal-dual interior-point method on the homogeneous self-dual embedding of a conic program.
 *
 *     Eᵀy + cτ = 0,   Ez + s − dτ = 0,   cᵀz + dᵀy + κ = 0,   s ∈ K, y ∈ K*, sᵀy = 0,   τ, κ ≥ 0, κτ = 0
 *
 * If τ > 0, z/τ is the solution. If τ = 0, the point is a certificate that there is no solution. The method is Mehrotra's
 * predictor-corrector with Nesterov-Todd scalings: Vandenberghe 2010, The CVXOPT linear and quadratic cone program solvers, section 7.
 */
import {factorLu} from '../linalg/factored.js';
import {scalingOf, type BlockScaling} from './nesterov-todd.js';
import {
  inner,
  largestOf,
  partOf,
  timesE,
  timesTransposedE,
  type ConicIterate,
  type ConicProblem,
} from './problem.js';

const STEP_FRACTION = 0.99;
/** Regularisation. It is raised when a matrix is singular. */
const DELTA = 1e-12;
const MAX_DELTA = 1e-5;
const REFINEMENTS = 4;
/** The method stops after this many iterations without progress. */
const STALLS = 15;

/** What the caller learns after each iteration. */
export interface Look {
  /** The iterate divided by τ. */
  point: ConicIterate;
  /** The iterate itself, not divided by τ: a candidate for a ray. */
  ray: ConicIterate;
  tau: number;
  kappa: number;
  /** The error of the point, relative to the largest terms. */
  error: number;
}

/**
 * @param look Called at each iterate. It returns true to stop.
 * @returns The number of iterations made.
 */
export function interiorPoint(
  problem: ConicProblem,
  maxIterations: number,
  look: (state: Look) => boolean,
): number {
  const {p, m, c, d, blocks} = problem;
  const [z, y, s] = [p, m, m].map((size) => new Float64Array(size));
  let [tau, kappa, degree] = [1, 1, 0];
  for (const {kind, start, order} of blocks) {
    if (kind === 'zero') continue;
    const ofMatrix = kind === 'semidefinite';
    degree += ofMatrix ? order : 1;
    for (let i = 0, k = start; i < (ofMatrix ? order : 1); k += order - i, i++) y[k] = s[k] = 1;
  }
  let [best, stalls] = [Infinity, 0];
  for (let iteration = 0; ; iteration++) {
    const [pull, image] = [timesTransposedE(problem, y), timesE(problem, z)];
    const rx = pull.map((value, j) => value + c[j] * tau);
    const ry = image.map((value, i) => value + s[i] - d[i] * tau);
    const rTau = inner(c, z) + inner(d, y) + kappa;
    const mu = (inner(s, y) + tau * kappa) / (degree + 1);
    if (!(mu >= 0 && mu < Infinity)) return iteration;
    const primal = largestOf(ry) / Math.max(tau, largestOf(image), largestOf(s));
    const dual = largestOf(rx) / Math.max(tau, largestOf(pull));
    const gap = Math.abs(inner(c, z) + inner(d, y)) / Math.max(tau, Math.abs(inner(c, z))) || 0;
    const error = Math.max(primal, dual, gap);
    const over = (v: Float64Array) => v.map((value) => value / tau);
    if (look({point: {z: over(z), y: over(y), s: over(s)}, ray: {z, y, s}, tau, kappa, error}))
      return iteration;
    stalls = error < 0.9 * best ? 0 : stalls + 1;
    best = Math.min(best, error);
    if (iteration >= maxIterations || stalls >= STALLS) return iteration;

    const scalings = blocks.map((block) =>
      block.kind === 'zero' ? null : scalingOf(block, partOf(block, s), partOf(block, y)),
    );
    if (scalings.some((scaling, k) => !scaling && blocks[k].kind !== 'zero')) return iteration;
    const solve = kktSolver(problem, scalings);
    if (!solve) return iteration;
    const [z2, y2] = solve(
      c.map((value) => -value),
      d,
    );
    let square = 0;
    forEach(blocks, scalings, (block, scaling) => {
      const w = scaling.times(partOf(block, y2));
      square += inner(w, w);
    });
    const denominator = kappa / tau + square;
    let [sigma, dTauAffine, dKappaAffine] = [0, 0, 0];
    let affine: {ds: Float64Array[]; dy: Float64Array[]} | null = null;
    for (const phase of ['predictor', 'corrector'] as const) {
      const keep = 1 - sigma;
      // λ \ (λ∘λ + W⁻ᵀΔs∘WΔy − σμe), one block each.
      const targets = scalings.map((scaling, k) => {
        if (!scaling) return null;
        if (!affine) return scaling.lambda;
        const cross = scaling.jordan(affine.ds[k], affine.dy[k]);
        scaling.unit().forEach((one, i) => (cross[i] -= sigma * mu * one));
        return scaling.divide(cross).map((value, i) => value + scaling.lambda[i]);
      });
      const g = ry.map((value) => -keep * value);
      forEach(blocks, scalings, ({start}, scaling, k) =>
        scaling.timesTransposed(targets[k]!).forEach((value, i) => (g[start + i] += value)),
      );
      const [z1, y1] = solve(
        rx.map((value) => -keep * value),
        g,
      );
      const pairing = kappa * tau + dTauAffine * dKappaAffine - sigma * mu;
      const dTau = (keep * rTau + inner(c, z1) + inner(d, y1) - pairing / tau) / denominator;
      const dKappa = -(pairing + kappa * dTau) / tau;
      const dz = z1.map((value, j) => value + dTau * z2[j]);
      const dy = y1.map((value, i) => value + dTau * y2[i]);
      const scaledY = scalings.map(
        (scaling, k) => scaling?.times(partOf(blocks[k], dy)) ?? new Float64Array(0),
      );
      const scaledS = targets.map(
        (target, k) => target?.map((value, i) => -value - scaledY[k][i]) ?? new Float64Array(0),
      );
      let blocking = Math.max(0, -dTau / tau, -dKappa / kappa);
      forEach(blocks, scalings, (_block, scaling, k) => {
        blocking = Math.max(blocking, scaling.blocking(scaledY[k]), scaling.blocking(scaledS[k]));
      });
      if (phase === 'predictor') {
        sigma = (1 - Math.min(1, 1 / blocking)) ** 3;
        [dTauAffine, dKappaAffine] = [dTau, dKappa];
        affine = {ds: scaledS, dy: scaledY};
        continue;
      }
      const step = Math.min(1, STEP_FRACTION / blocking);
      if (!(step > 1e-10)) return iteration;
      dz.forEach((value, j) => (z[j] += step * value));
      dy.forEach((value, i) => (y[i] += step * value));
      forEach(blocks, scalings, ({start}, scaling, k) =>
        scaling.timesTransposed(scaledS[k]).forEach((value, i) => (s[start + i] += step * value)),
      );
      tau += step * dTau;
      kappa += step * dKappa;
    }
    // The embedding is homogeneous, so its numbers can be kept near one.
    const size = Math.max(tau, kappa);
    for (const v of [z, y, s]) for (let i = 0; i < v.length; i++) v[i] /= size;
    tau /= size;
    kappa /= size;
  }
}

function forEach(
  blocks: ConicProblem['blocks'],
  scalings: (BlockScaling | null)[],
  work: (block: ConicProblem['blocks'][number], scaling: BlockScaling, k: number) => void,
): void {
  blocks.forEach((block, k) => scalings[k] && work(block, scalings[k], k));
}

type Solve = (f: Float64Array, g: Float64Array) => [Float64Array, Float64Array];

/** Solves [0 Eᵀ; E −WᵀW](z, y) = (f, g). Returns `null` if the matrix cannot be factored. */
function kktSolver({p, m, E, blocks}: ConicProblem, scalings: (BlockScaling | null)[]): Solve | null {
  const n = p + m;
  const K = new Float64Array(n * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < p; j++) K[(p + i) * n + j] = K[j * n + p + i] = E[i * p + j];
  }
  forEach(blocks, scalings, ({start, size}, scaling) => {
    const square = scaling.square();
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) K[(p + start + i) * n + p + start + j] = -square[i * size + j];
    }
  });
  for (let delta = DELTA; delta <= MAX_DELTA; delta *= 100) {
    const regular = K.slice();
    for (let i = 0; i < n; i++) regular[i * n + i] += i < p ? delta : -delta;
    const solve = factorLu(regular, n);
    if (!solve) continue;
    return (f, g) => {
      const right = new Float64Array(n);
      right.set(f);
      right.set(g, p);
      let x = solve(right, false);
      let [error, left] = residual(K, n, x, right);
      for (let i = 0; i < REFINEMENTS && error > 0; i++) {
        const next = solve(left, false).map((value, k) => value + x[k]);
        const [nextError, nextLeft] = residual(K, n, next, right);
        if (!(nextError < 0.5 * error)) break;
        [x, error, left] = [next, nextError, nextLeft];
      }
      return [x.slice(0, p), x.slice(p)];
    };
  }
  return null;
}

/** Returns the largest entry of b − Kx, and b − Kx itself. */
function residual(K: Float64Array, n: number, x: Float64Array, b: Float64Array): [number, Float64Array] {
  const left = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = b[i];
    for (let j = 0; j < n; j++) sum -= K[i * n + j] * x[j];
    left[i] = sum;
  }
  return [largestOf(left), left];
}
