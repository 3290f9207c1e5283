/** @file Eigen-decomposition of a dense symmetric matrix in f64, with Householder tridiagonalisation and the implicit QL method. */

export interface SymmetricEigen {
  /** In ascending order. */
  values: Float64Array;
  /** Row i holds the unit eigenvector of values[i]. */
  vectors: Float64Array;
  /** Whether the iteration converged. It does for finite entries. */
  converged: boolean;
}

const EPSILON = 2 ** -52;
const MAX_ITERATIONS = 60;

/**
 * Decomposes a symmetric n×n matrix. Only the lower triangle of `a` is used, and `a` is overwritten.
 *
 * @see Golub & Van Loan, Matrix Computations, algorithms 8.3.1 and 8.3.3.
 */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) a[i * n + j] = a[j * n + i];
  const {diagonal, beside, basis} = tridiagonalize(a, n);
  const converged = implicitQL(diagonal, beside, basis, n);
  return {...ascending(diagonal, basis, n), converged};
}

/** A = Bᵀ T B, with B orthogonal and T tridiagonal, given by its diagonal and its off-diagonal entries. */
function tridiagonalize(a: Float64Array, n: number) {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const taus = new Float64Array(n);
  const product = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    // The reflection I − tau v vᵀ of rows and columns k + 1, …; v is stored in row k.
    const row = k * n;
    let tail = 0;
    for (let j = k + 2; j < n; j++) tail += a[row + j] ** 2;
    const first = a[row + k + 1];
    beside[k] = first;
    if (tail === 0) continue;
    const norm = Math.sqrt(first * first + tail);
    const head = first >= 0 ? first + norm : first - norm;
    const tau = Math.abs(head) / norm;
    beside[k] = first - head;
    taus[k] = tau;
    a[row + k + 1] = 1;
    for (let j = k + 2; j < n; j++) a[row + j] /= head;
    // A ← A − v wᵀ − w vᵀ with p = tau A v and w = p − ½ tau (pᵀv) v.
    let overlap = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[i * n + j] * a[row + j];
      product[i] = tau * sum;
      overlap += product[i] * a[row + i];
    }
    for (let i = k + 1; i < n; i++) product[i] -= 0.5 * tau * overlap * a[row + i];
    for (let i = k + 1; i < n; i++) {
      const [v, w] = [a[row + i], product[i]];
      for (let j = k + 1; j < n; j++) a[i * n + j] -= v * product[j] + w * a[row + j];
    }
  }
  if (n > 1) beside[n - 2] = a[(n - 2) * n + n - 1];
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i];
  return {diagonal, beside, basis: basisOf(a, taus, n)};
}

/**
 * The product of the reflections, whose vectors are the rows of `a`. The last one comes first, so that the matrix fills from its corner.
 */
function basisOf(a: Float64Array, taus: Float64Array, n: number): Float64Array {
  const basis = new Float64Array(n * n);
  for (let i = 0; i < n; i++) basis[i * n + i] = 1;
  for (let k = n - 3; k >= 0; k--) {
    if (taus[k] === 0) continue;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += basis[i * n + j] * a[k * n + j];
      sum *= taus[k];
      for (let j = k + 1; j < n; j++) basis[i * n + j] -= sum * a[k * n + j];
    }
  }
  return basis;
}

/** Makes T diagonal with rotations and Wilkinson's shift, and applies the same rotations to the rows of `basis`. */
function implicitQL(d: Float64Array, e: Float64Array, basis: Float64Array, n: number): boolean {
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]) + Math.abs(e[i]));
  const negligible = (i: number) =>
    Math.abs(e[i]) <= EPSILON * Math.max(Math.abs(d[i]) + Math.abs(d[i + 1]), norm / 256);
  for (let l = 0; l < n; l++) {
    for (let iteration = 0; ; iteration++) {
      let m = l;
      while (m < n - 1 && !negligible(m)) m++;
      if (m === l) break;
      if (iteration === MAX_ITERATIONS) return false;
      sweep(d, e, basis, n, l, m);
    }
  }
  return true;
}

/** Performs one implicit QL step on the block l…m of T. */
function sweep(d: Float64Array, e: Float64Array, basis: Float64Array, n: number, l: number, m: number): void {
  const half = (d[l + 1] - d[l]) / (2 * e[l]);
  let g = d[m] - d[l] + e[l] / (half + (half >= 0 ? 1 : -1) * Math.hypot(half, 1));
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i];
    const b = c * e[i];
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      // The block has split: deflate and start again.
      d[i + 1] -= p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    const shifted = d[i + 1] - p;
    const t = (d[i] - shifted) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = shifted + p;
    g = c * t - b;
    rotateRows(basis, i * n, (i + 1) * n, n, c, s);
  }
  d[l] -= p;
  e[l] = g;
  e[m] = 0;
}

function rotateRows(basis: Float64Array, at: number, next: number, n: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const x = basis[at + k];
    const y = basis[next + k];
    basis[next + k] = s * x + c * y;
    basis[at + k] = c * x - s * y;
  }
}

function ascending(d: Float64Array, basis: Float64Array, n: number) {
  const order = Array.from(d.keys()).sort((i, j) => d[i] - d[j]);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(basis.subarray(from * n, (from + 1) * n), to * n));
  return {values: Float64Array.from(order, (i) => d[i]), vectors};
}
