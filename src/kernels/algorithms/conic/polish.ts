/**
 * @file Newton's method on the residual map of a conic program: Eᵀy + c = 0, d − Ez − s = 0, where y is the projection of v onto K* and s =
 * y − v. The resulting s and y are in their cones, and complementary to the last digit.
 *
 * Busseti, Moursi & Boyd 2019 (arXiv 1811.02157), section 4.
 */
import {matrixKernels} from '../../twins/current-matrices.js';
import {PseudoInverse} from '../linalg/pseudo-inverse.js';
import {scaleInPlace, scaleRows} from '../../twins/reference/scaling.js';
import {flattened, normalsAt, type Kinks} from './kinks.js';
import {projectDual, projectionDerivative} from './projection.js';
import {
  inner,
  largestOf,
  partOf,
  timesE,
  timesTransposedE,
  type ConicIterate,
  type ConicProblem,
} from './problem.js';

/** A block counts as on the boundary of both cones if ‖s‖‖y‖ is this many times sᵀy. */
const ON_BOUNDARY = 1e3;
/** Singular values below this share of the largest count as zero. */
const RANK = 1e-13;

/** The complementary y and s that belong to (z, v). */
export function pointOf({blocks, m}: ConicProblem, z: Float64Array, v: Float64Array): ConicIterate {
  const y = new Float64Array(m);
  for (const block of blocks) projectDual(block, partOf(block, v), partOf(block, y));
  return {z, y, s: y.map((value, i) => value - v[i])};
}

/**
 * One factor per row; y is divided by it and s is multiplied by it. The rows of a block share a factor. Where y and s are both on the
 * boundary of their cones, the factor makes them equally long, so that neither is lost in v = y − s. Factors are powers of two.
 */
export function balanceOf({blocks, m}: ConicProblem, {y, s}: ConicIterate): Float64Array {
  const factors = new Float64Array(m).fill(1);
  for (const block of blocks) {
    if (block.size === 1) continue;
    const [a, b] = [partOf(block, y), partOf(block, s)];
    const [ofY, ofS] = [Math.sqrt(inner(a, a)), Math.sqrt(inner(b, b))];
    if (!(ofY * ofS > ON_BOUNDARY * Math.abs(inner(a, b)))) continue;
    factors.fill(2 ** Math.round(0.5 * Math.log2(ofY / ofS)), block.start, block.start + block.size);
  }
  return factors;
}

/** Where Newton's method is. */
export interface Guess {
  z: Float64Array;
  v: Float64Array;
}

export interface NewtonOptions {
  /** Spectral values of v that are zero and stay so. */
  kinks?: Kinks | undefined;
  /** When no remainder of a column of the Jacobian is longer than this share of the longest column, the remainders count as zero. */
  rank?: number | undefined;
}

/** −(Eᵀy + c) and −(d − Ez − s), one after the other. */
function remainders(problem: ConicProblem, {z, v}: Guess): Float64Array {
  const {p, m, c, d} = problem;
  const {y, s} = pointOf(problem, z, v);
  const out = new Float64Array(p + m);
  timesTransposedE(problem, y).forEach((value, j) => (out[j] = -value - c[j]));
  timesE(problem, z).forEach((value, i) => (out[p + i] = value + s[i] - d[i]));
  return out;
}

/** The largest remainder of the equations at (z, v). */
export function remainderOf(problem: ConicProblem, guess: Guess): number {
  return largestOf(remainders(problem, guess));
}

/** One Newton step from (z, v), computed as the least-squares solution of least norm. */
export function newtonStep(
  problem: ConicProblem,
  {z, v}: Guess,
  {kinks, rank = RANK}: NewtonOptions = {},
): Guess {
  const {p, m, E, blocks} = problem;
  const n = p + m;
  const normals = kinks ? normalsAt(problem, v, kinks) : [];
  const kernels = matrixKernels();
  return kernels.scope(() => {
    const J = kernels.vector(n * n);
    blocks.forEach((block, b) => {
      const {start, size} = block;
      const D = projectionDerivative(block, partOf(block, v));
      for (let i = 0; i < size; i++) {
        const row = start + i;
        for (let j = 0; j < p; j++) J[(p + row) * n + j] = -E[row * p + j];
        for (let k = 0; k < size; k++) {
          const entry = D[i * size + k];
          J[(p + row) * n + p + start + k] = Number(i === k) - entry;
          if (entry === 0) continue;
          for (let j = 0; j < p; j++) J[j * n + p + start + k] += E[row * p + j] * entry;
        }
      }
      for (const normal of normals[b] ?? []) {
        for (let row = 0; row < n; row++) {
          removeFrom(J.subarray(row * n + p + start, row * n + p + start + size), normal);
        }
      }
    });
    const right = kernels.vector(n);
    right.set(remainders(problem, {z, v}));
    const scaling = {rows: new Int32Array(n), columns: new Int32Array(n)};
    scaleInPlace(J, n, scaling);
    scaleRows(right, 1, scaling.rows);
    const inverse = new PseudoInverse(kernels, n, n);
    const step = kernels.vector(n);
    inverse.factor(J, rank);
    inverse.multiply(right, 1, false, step);
    scaleRows(step, 1, scaling.columns);
    const change = step.slice(p);
    blocks.forEach((block, b) => {
      for (const normal of normals[b] ?? []) removeFrom(partOf(block, change), normal);
    });
    const moved = v.map((value, i) => value + change[i]);
    return {
      z: z.map((value, j) => value + step[j]),
      v: kinks ? flattened(problem, moved, kinks) : moved,
    };
  });
}

/** Removes the part of a along the unit vector `normal`. */
function removeFrom(a: Float64Array, normal: Float64Array): void {
  const along = inner(a, normal);
  if (along !== 0) normal.forEach((value, i) => (a[i] -= along * value));
}
