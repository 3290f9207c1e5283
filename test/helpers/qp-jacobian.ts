/** @file The gradient of a quadratic program's solution in closed form, f64: the dense KKT system of the known active set. */
import type {KnownQP} from '../zoo/quadratic-programs.js';

export interface QPGradient {
  Q: number[][];
  p: number[];
  G: number[][];
  h: number[];
  A: number[][];
  b: number[];
}

export interface QPCotangent {
  x: number[];
  ineqDual?: number[];
  eqDual?: number[];
}

/**
 * The gradient of ⟨v.x, x*⟩ + ⟨v.ineqDual, λ*⟩ + ⟨v.eqDual, ν*⟩ in all six parameters, Q taken as ½(Q + Qᵀ).
 *
 * [Q Nᵀ; N 0] (dx, dy) = −(dQ x + dp + dNᵀ y, dN x − dr) with N the equality and active rows; so with K u = −v the
 * gradient is uᵀ of the bracket.
 */
export function closedFormGradient(
  {n, Q, G, A, x, ineqDual, eqDual, active}: KnownQP,
  v: QPCotangent,
): QPGradient {
  const rows = active.flatMap((flag, i) => (flag ? [i] : []));
  const N = [...rows.map((i) => G[i]), ...A];
  const size = n + N.length;
  const K = Array.from({length: size}, (_, i) =>
    Array.from({length: size}, (__, j) => {
      if (i < n && j < n) return Q[i][j];
      if (i < n) return N[j - n][i];
      return j < n ? N[i - n][j] : 0;
    }),
  );
  const rhs = [...v.x, ...rows.map((i) => v.ineqDual?.[i] ?? 0), ...A.map((_, i) => v.eqDual?.[i] ?? 0)].map(
    (value) => -value,
  );
  const u = solve(K, rhs);
  const ux = u.slice(0, n);
  const uIneq = active.map((flag, i) => (flag ? u[n + rows.indexOf(i)] : 0));
  const uEq = u.slice(n + rows.length);
  return {
    Q: ux.map((a, i) => ux.map((b, j) => 0.5 * (a * x[j] + x[i] * b))),
    p: ux,
    G: G.map((_, i) => ux.map((a, j) => (active[i] ? ineqDual[i] * a + uIneq[i] * x[j] : 0))),
    h: uIneq.map((value) => -value),
    A: A.map((_, i) => ux.map((a, j) => eqDual[i] * a + uEq[i] * x[j])),
    b: uEq.map((value) => -value),
  };
}

/** Gaussian elimination with partial pivoting. */
export function solve(matrix: readonly (readonly number[])[], rhs: readonly number[]): number[] {
  const n = rhs.length;
  const a = matrix.map((row, i) => [...row, rhs[i]]);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i][k]) > Math.abs(a[pivot][k])) pivot = i;
    [a[k], a[pivot]] = [a[pivot], a[k]];
    for (let i = k + 1; i < n; i++) {
      const factor = a[i][k] / a[k][k];
      for (let j = k; j <= n; j++) a[i][j] -= factor * a[k][j];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = a[i][n];
    for (let j = i + 1; j < n; j++) sum -= a[i][j] * x[j];
    x[i] = sum / a[i][i];
  }
  return x;
}
