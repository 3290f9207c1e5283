/** @file Diagonal scalings of a quadratic program, and conversion of points between scaled and user units. */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {AnyProblem, Point} from './types.js';

/** Diagonal scalings x = D x̂ / beta, s = ŝ / (E beta), y = E ŷ / (c beta) of the matrices P and C. */
export interface MatrixScaling {
  D: Vector;
  E: Vector;
  /** 1 for rows of zeros. */
  isEmpty: Uint8Array;
  /** The largest magnitude of D P D. */
  curvature: number;
}

export interface Scaling extends MatrixScaling {
  /** The scale of the objective. */
  c: number;
  /** The scale of the variables and the right-hand sides. */
  beta: number;
  /** 1 for rows that are left out. */
  absent: Uint8Array;
}

/** Memory for the scalings of problems of one shape, so that samples can reuse it. */
export interface ScalingRoom extends MatrixScaling {
  /** The scaling of the rows after some have been left out. */
  rows: Vector;
  absent: Uint8Array;
  row: Vector;
  column: Vector;
  diagonal: Vector;
}

export function scalingRoom(dense: DenseKernels, {n, p, m}: Pick<AnyProblem, 'n' | 'p' | 'm'>): ScalingRoom {
  const rows = p + m;
  return {
    D: dense.vector(n),
    E: dense.vector(rows),
    isEmpty: new Uint8Array(rows),
    curvature: 0,
    rows: dense.vector(rows),
    absent: new Uint8Array(rows),
    row: dense.vector(Math.max(rows, n)),
    column: dense.vector(n),
    diagonal: dense.vector(n),
  };
}

/** Converts a point of the scaled problem to a point of the original problem, in place. */
export function unscale({x, y, s}: Point, {D, E, c, beta, absent}: Scaling): void {
  for (let i = 0; i < x.length; i++) x[i] *= D[i] / beta;
  for (let i = 0; i < y.length; i++) {
    y[i] = absent[i] ? 0 : (y[i] * E[i]) / (c * beta);
    s[i] /= E[i] * beta;
  }
}

/** Converts a point of the original problem to a point of the scaled problem, in place. */
export function rescale({x, y, s}: Point, {D, E, c, beta}: Scaling): void {
  for (let i = 0; i < x.length; i++) x[i] *= beta / D[i];
  for (let i = 0; i < y.length; i++) {
    y[i] *= (c * beta) / E[i];
    s[i] *= E[i] * beta;
  }
}
