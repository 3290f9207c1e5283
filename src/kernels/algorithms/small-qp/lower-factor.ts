/** @file Cholesky's factorisation of small matrices, in place, and substitution. For a few rows the calls of other kernels take longer. */

/**
 * Replaces the lower triangle of A, rows of `stride` numbers, by its factor L, with the inverses of the diagonal entries on the diagonal.
 *
 * @param least The smallest allowed pivot, relative to its diagonal entry.
 * @returns False if a pivot is smaller, or NaN.
 */
export function factorLower(A: Float64Array, n: number, stride: number, least: number): boolean {
  for (let i = 0, rowI = 0; i < n; i++, rowI += stride) {
    const whole = A[rowI + i];
    let pivot = whole;
    for (let j = 0, rowJ = 0; j < i; j++, rowJ += stride) {
      const sum = (A[rowI + j] - dotOf(A, rowI, A, rowJ, j)) * A[rowJ + j];
      A[rowI + j] = sum;
      pivot -= sum * sum;
    }
    if (!(pivot > least * whole) || pivot === Infinity) return false;
    A[rowI + i] = 1 / Math.sqrt(pivot);
  }
  return true;
}

/** x ← L⁻¹x, for the n numbers of x from `start`. */
export function solveLower(L: Float64Array, n: number, stride: number, x: Float64Array, start: number): void {
  for (let i = 0, row = 0; i < n; i++, row += stride) {
    x[start + i] = (x[start + i] - dotOf(L, row, x, start, i)) * L[row + i];
  }
}

/** The same for each of the rows of X, [count, n]: four at a time, which read L once and do not wait for each other. */
export function solveLowerRows(L: Float64Array, n: number, X: Float64Array, count: number): void {
  let done = 0;
  for (; done + 3 < count; done += 4) {
    const x0 = done * n;
    const x1 = x0 + n;
    const x2 = x1 + n;
    const x3 = x2 + n;
    for (let i = 0, row = 0; i < n; i++, row += n) {
      let first = X[x0 + i];
      let second = X[x1 + i];
      let third = X[x2 + i];
      let fourth = X[x3 + i];
      for (let k = 0; k < i; k++) {
        const entry = L[row + k];
        first -= entry * X[x0 + k];
        second -= entry * X[x1 + k];
        third -= entry * X[x2 + k];
        fourth -= entry * X[x3 + k];
      }
      const inverse = L[row + i];
      X[x0 + i] = first * inverse;
      X[x1 + i] = second * inverse;
      X[x2 + i] = third * inverse;
      X[x3 + i] = fourth * inverse;
    }
  }
  for (; done < count; done++) solveLower(L, n, n, X, done * n);
}

/** to ← X Xᵀ for the rows of X, [count, n]; the rows of `to` have `stride` numbers. */
export function gramOf(X: Float64Array, n: number, count: number, to: Float64Array, stride: number): void {
  for (let i = 0; i < count; i += 2) {
    // The last row stands for two if their number is odd.
    const next = Math.min(i + 1, count - 1);
    const a = i * n;
    const b = next * n;
    for (let l = 0; l <= next; l += 2) {
      const following = Math.min(l + 1, count - 1);
      const c = l * n;
      const d = following * n;
      let ac = 0;
      let ad = 0;
      let bc = 0;
      let bd = 0;
      for (let j = 0; j < n; j++) {
        const ofA = X[a + j];
        const ofB = X[b + j];
        const ofC = X[c + j];
        const ofD = X[d + j];
        ac += ofA * ofC;
        ad += ofA * ofD;
        bc += ofB * ofC;
        bd += ofB * ofD;
      }
      to[i * stride + l] = to[l * stride + i] = ac;
      to[i * stride + following] = to[following * stride + i] = ad;
      to[next * stride + l] = to[l * stride + next] = bc;
      to[next * stride + following] = to[following * stride + next] = bd;
    }
  }
}

/** x ← L⁻ᵀx. */
export function solveUpper(L: Float64Array, n: number, stride: number, x: Float64Array): void {
  for (let i = n - 1, row = i * stride; i >= 0; i--, row -= stride) {
    const value = x[i] * L[row + i];
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] -= L[row + k] * value;
  }
}

/** Σ aₖbₖ of `count` numbers from two places. Four sums: one would have to wait for itself in each step. */
export function dotOf(a: Float64Array, at: number, b: Float64Array, from: number, count: number): number {
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let k = 0;
  for (; k + 3 < count; k += 4) {
    first += a[at + k] * b[from + k];
    second += a[at + k + 1] * b[from + k + 1];
    third += a[at + k + 2] * b[from + k + 2];
    fourth += a[at + k + 3] * b[from + k + 3];
  }
  for (; k < count; k++) first += a[at + k] * b[from + k];
  return first + second + (third + fourth);
}
