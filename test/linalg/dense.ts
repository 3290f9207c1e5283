/** @file Dense linear algebra in f64, written plainly, to compare with. */

export type Matrix = number[][];

export const fromFlat = (values: ArrayLike<number>, rows: number, columns: number): Matrix =>
  Array.from({length: rows}, (_, i) => Array.from({length: columns}, (_, j) => values[i * columns + j]));

export const build = (rows: number, columns: number, entry: (i: number, j: number) => number): Matrix =>
  Array.from({length: rows}, (_, i) => Array.from({length: columns}, (_, j) => entry(i, j)));

export const identity = (n: number): Matrix => build(n, n, (i, j) => Number(i === j));

export const diagonal = (values: number[]): Matrix =>
  build(values.length, values.length, (i, j) => (i === j ? values[i] : 0));

/** Rows and columns exchanged; `columns` is needed where there is no row. */
export const transpose = (A: Matrix, columns = A[0]?.length ?? 0): Matrix =>
  build(columns, A.length, (i, j) => A[j][i]);

export const multiply = (A: Matrix, B: Matrix): Matrix =>
  A.map((row) => {
    const sums = new Array<number>(B[0]?.length ?? 0).fill(0);
    row.forEach((value, k) => B[k].forEach((entry, j) => (sums[j] += value * entry)));
    return sums;
  });

export const combine = (A: Matrix, factor: number, B: Matrix): Matrix =>
  A.map((row, i) => row.map((value, j) => value + factor * B[i][j]));

export const symmetric = (A: Matrix): Matrix => build(A.length, A.length, (i, j) => (A[i][j] + A[j][i]) / 2);

/** ‖A‖∞ as a vector. */
export const largest = (A: Matrix): number => Math.max(0, ...A.flat().map(Math.abs));

/** x with A x = b, by Gauss–Jordan elimination with complete row pivoting. */
export function solveDense(A: Matrix, b: Matrix): Matrix {
  const n = A.length;
  const rows = A.map((row, i) => [...row, ...b[i]]);
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[p][k])) p = i;
    [rows[k], rows[p]] = [rows[p], rows[k]];
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / rows[k][k];
      rows[i] = rows[i].map((value, j) => value - factor * rows[k][j]);
    }
  }
  return rows.map((row, i) => row.slice(n).map((value) => value / row[i]));
}

export const inverse = (A: Matrix): Matrix => solveDense(A, identity(A.length));

/** By expansion along the first row: exact up to the last digits, for small matrices. */
export function determinant(A: Matrix): number {
  if (A.length === 0) return 1;
  return A[0].reduce((sum, value, j) => sum + (j % 2 ? -1 : 1) * value * determinant(minor(A, 0, j)), 0);
}

/** Entry (i, j) is the signed determinant of A without row i and column j. */
export const cofactorMatrix = (A: Matrix): Matrix =>
  build(A.length, A.length, (i, j) => ((i + j) % 2 ? -1 : 1) * determinant(minor(A, i, j)));

const minor = (A: Matrix, row: number, column: number): Matrix =>
  A.filter((_, i) => i !== row).map((values) => values.filter((_, j) => j !== column));

/** The lower L with A = L Lᵀ. */
export function choleskyDense(A: Matrix): Matrix {
  const L = build(A.length, A.length, () => 0);
  for (let i = 0; i < A.length; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = A[i][j] - L[i].slice(0, j).reduce((sum, value, k) => sum + value * L[j][k], 0);
      L[i][j] = i === j ? Math.sqrt(rest) : rest / L[j][j];
    }
  }
  return L;
}

/** Eigenvalues, ascending, and eigenvectors, one a column, by Jacobi rotations. */
export function eighDense(A: Matrix): {values: number[]; vectors: Matrix} {
  const n = A.length;
  const T = A.map((row) => [...row]);
  const V = identity(n);
  for (let sweep = 0; sweep < 20; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (T[p][q] === 0) continue;
        const angle = 0.5 * Math.atan2(2 * T[p][q], T[q][q] - T[p][p]);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        // T ← Rᵀ T R and V ← V R with the rotation R of the coordinates p and q.
        for (const M of [T, V]) {
          for (const row of M) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
        }
        [T[p], T[q]] = [
          T[p].map((value, j) => c * value - s * T[q][j]),
          T[p].map((value, j) => s * value + c * T[q][j]),
        ];
      }
    }
  }
  const order = [...Array(n).keys()].sort((i, j) => T[i][i] - T[j][j]);
  return {values: order.map((i) => T[i][i]), vectors: V.map((row) => order.map((i) => row[i]))};
}
