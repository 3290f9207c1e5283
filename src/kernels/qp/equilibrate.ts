/** @file Ruiz equilibration: brings rows and columns of the KKT matrix, and the vectors, to magnitude one. */
import {type Point, type Problem} from './types.js';
import {maxAbs} from './vectors.js';

/** Diagonal scalings x = D x̂ / beta, s = ŝ / (E beta), y = E ŷ / (c beta) of the matrices P and C. */
export interface MatrixScaling {
  D: Float64Array;
  E: Float64Array;
}

export interface Scaling extends MatrixScaling {
  /** Of the objective. */
  c: number;
  /** Of the variables and the right-hand side. */
  beta: number;
}

const PASSES = 10;

/** The scaling of the matrices alone; problems that share them share it. Ruiz (2001). */
export function equilibrateMatrices({n, p, m, P, C}: Problem): MatrixScaling {
  const rows = p + m;
  const D = new Float64Array(n).fill(1);
  const E = new Float64Array(rows).fill(1);
  const column = new Float64Array(n);
  const row = new Float64Array(rows);
  for (let pass = 0; pass < PASSES; pass++) {
    column.fill(0);
    row.fill(0);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const value = Math.abs(P[i * n + j]) * D[i] * D[j];
        if (value > column[j]) column[j] = value;
      }
    }
    const curved = column.map((value) => (value > 0 ? 1 : 0));
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < n; j++) {
        const value = Math.abs(C[i * n + j]) * E[i] * D[j];
        if (curved[j] === 0 && value > column[j]) column[j] = value;
        if (value > row[i]) row[i] = value;
      }
    }
    let off = 0;
    for (let j = 0; j < n; j++) {
      if (column[j] === 0) continue;
      D[j] /= Math.sqrt(column[j]);
      off = Math.max(off, Math.abs(1 - column[j]));
    }
    for (let i = 0; i < rows; i++) {
      if (row[i] === 0) continue;
      E[i] /= Math.sqrt(row[i]);
      off = Math.max(off, Math.abs(1 - row[i]));
    }
    if (off < 1e-2) break;
  }
  return {D, E};
}

/** Scales the problem into `scaled`, which has its shape. */
export function scaleProblem({n, P, q, C, d}: Problem, matrices: MatrixScaling, scaled: Problem): Scaling {
  const {D} = matrices;
  // A row of zeros has no size but that of its right-hand side, which must not set the size of everything.
  const E = matrices.E.map((value, i) => (isZeroRow(C, i, n) && d[i] !== 0 ? 1 / Math.abs(d[i]) : value));
  for (let i = 0; i < d.length; i++) scaled.d[i] = E[i] * d[i];
  const largest = maxAbs(scaled.d);
  const beta = largest > 0 ? 1 / largest : 1;
  let objective = 0;
  for (let i = 0; i < n; i++) {
    scaled.q[i] = beta * D[i] * q[i];
    objective = Math.max(objective, Math.abs(scaled.q[i]));
    for (let j = 0; j < n; j++) {
      const value = D[i] * P[i * n + j] * D[j];
      scaled.P[i * n + j] = value;
      if (Math.abs(value) > objective) objective = Math.abs(value);
    }
  }
  const c = objective > 0 ? 1 / objective : 1;
  for (let i = 0; i < n * n; i++) scaled.P[i] *= c;
  for (let i = 0; i < n; i++) scaled.q[i] *= c;
  for (let i = 0; i < d.length; i++) {
    scaled.d[i] *= beta;
    for (let j = 0; j < n; j++) scaled.C[i * n + j] = E[i] * C[i * n + j] * D[j];
  }
  return {D, E, c, beta};
}

function isZeroRow(C: Float64Array, i: number, n: number): boolean {
  for (let j = i * n; j < (i + 1) * n; j++) if (C[j] !== 0) return false;
  return true;
}

/** A point of the scaled problem as one of the original, in place. */
export function unscale({x, y, s}: Point, {D, E, c, beta}: Scaling): void {
  for (let i = 0; i < x.length; i++) x[i] *= D[i] / beta;
  for (let i = 0; i < y.length; i++) {
    y[i] *= E[i] / (c * beta);
    s[i] /= E[i] * beta;
  }
}

/** A point of the original problem as one of the scaled, in place. */
export function rescale({x, y, s}: Point, {D, E, c, beta}: Scaling): void {
  for (let i = 0; i < x.length; i++) x[i] *= beta / D[i];
  for (let i = 0; i < y.length; i++) {
    y[i] *= (c * beta) / E[i];
    s[i] *= E[i] * beta;
  }
}
