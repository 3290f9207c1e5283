/** @file Batches of dense linear systems with prescribed singular values, built and solved in double precision. */
import * as tf from '@tensorflow/tfjs-core';

/** Row-major matrices of one size, with entries that f32 holds exactly. */
export interface LinearSystems {
  name: string;
  n: number;
  /** ‖A‖‖A⁻¹‖ of every matrix. */
  condition: number;
  symmetricPositiveDefinite: boolean;
  matrices: number[][];
  /** Right-hand sides, one a matrix. */
  b: number[][];
}

/** Uniform numbers in [0, 1), the same ones every time (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The rows of a random orthogonal matrix, by Gram–Schmidt twice. */
function randomOrthogonal(n: number, random: () => number): number[][] {
  const rows: number[][] = [];
  while (rows.length < n) {
    let row = Array.from({length: n}, () => random() - 0.5);
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows) {
        const overlap = row.reduce((sum, value, i) => sum + value * other[i], 0);
        row = row.map((value, i) => value - overlap * other[i]);
      }
    }
    const norm = Math.hypot(...row);
    if (norm > 1e-3) rows.push(row.map((value) => value / norm));
  }
  return rows;
}

/** Uᵀ diag(values) V, rounded to f32; V = U makes it symmetric. */
function assemble(values: number[], U: number[][], V: number[][]): number[] {
  const n = values.length;
  return Array.from({length: n * n}, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return Math.fround(values.reduce((sum, value, k) => sum + value * U[k][i] * V[k][j], 0));
  });
}

/** Singular values from 1 down to 1/condition, evenly spaced on a logarithmic scale. */
function spectrum(n: number, condition: number): number[] {
  return Array.from({length: n}, (_, k) => condition ** -(k / (n - 1)));
}

/**
 * A batch of systems with the given condition number.
 *
 * b = A x for a random x, so that neither b nor x is small against what A allows.
 */
export function linearSystems(
  condition: number,
  symmetricPositiveDefinite: boolean,
  {n = 6, batch = 3, seed = 1} = {},
): LinearSystems {
  const random = seededRandom(seed + condition * 7 + (symmetricPositiveDefinite ? 1 : 0));
  const matrices = Array.from({length: batch}, () => {
    const U = randomOrthogonal(n, random);
    return assemble(spectrum(n, condition), U, symmetricPositiveDefinite ? U : randomOrthogonal(n, random));
  });
  const b = matrices.map((A) => {
    const x = Array.from({length: n}, () => random() * 2 - 1);
    return multiply(A, x).map(Math.fround);
  });
  const kind = symmetricPositiveDefinite ? 'symmetric positive definite' : 'general';
  return {name: `${kind}, condition ${condition}`, n, condition, symmetricPositiveDefinite, matrices, b};
}

export function multiply(A: number[], x: number[]): number[] {
  const n = x.length;
  return x.map((_, i) => x.reduce((sum, value, j) => sum + A[i * n + j] * value, 0));
}

export function transposed(A: number[]): number[] {
  const n = Math.sqrt(A.length);
  return A.map((_, at) => A[(at % n) * n + Math.floor(at / n)]);
}

/** Gaussian elimination with partial pivoting, in double precision. */
export function solveExactly(A: number[], b: number[]): number[] {
  const n = b.length;
  const rows = b.map((value, i) => [...A.slice(i * n, (i + 1) * n), value]);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    const known = x.reduce((sum, value, j) => (j > i ? sum + rows[i][j] * value : sum), 0);
    x[i] = (rows[i][n] - known) / rows[i][i];
  }
  return x;
}

/** The batch as tensors: A [B, n, n] and b [B, n]. */
export function systemTensors({matrices, b, n}: LinearSystems): {A: tf.Tensor3D; b: tf.Tensor2D} {
  return {A: tf.tensor3d(matrices.flat(), [matrices.length, n, n]), b: tf.tensor2d(b)};
}

/**
 * Singular matrices that f32 holds exactly, with a right-hand side in the range, and the solution of least norm by hand.
 *
 * Both have the null space (1, 1, −1), so the solution of least norm is the one orthogonal to it.
 */
export const SINGULAR = {
  /** Symmetric positive semidefinite: CᵀC with C = ((1, 0, 1), (0, 2, 2)). */
  semidefinite: {A: [1, 0, 1, 0, 4, 4, 1, 4, 5], x: [1, -2, -1], b: [0, -12, -12]},
  /** Rank 2, third column the sum of the others. */
  general: {A: [2, 1, 3, 0, 1, 1, 4, -3, 1], x: [1, 1, 2], b: [9, 3, 3]},
};
