/**
 * @file The factors of a dual active-set method: JᵀHJ = I and JᵀC_Wᵀ = [R; 0] updated by plane rotations as rows enter and leave the
 * working set W.
 */
export class AddedRows {
  /** The rows of the working set, in the order of R's columns. */
  readonly members: Int32Array;
  count = 0;
  /** Of the row that `direction` was last called for: see there. */
  square = 0;
  relative = 0;
  readonly dual: Float64Array;
  /** The columns of J, stored one after the other. */
  private readonly J: Float64Array;
  /** R, upper triangular, row-major. */
  private readonly R: Float64Array;
  private readonly d: Float64Array;
  private readonly a: Float64Array;
  private readonly g: Float64Array;
  /** J as it was without any rows. */
  private kept: Float64Array | null = null;

  /** @param dependent A row depends on the others if the part of it outside their span is smaller than this. */
  constructor(
    private readonly n: number,
    private readonly dependent: number,
  ) {
    this.members = new Int32Array(n);
    this.J = new Float64Array(n * n);
    this.R = new Float64Array(n * n);
    this.d = new Float64Array(n);
    this.a = new Float64Array(n);
    this.g = new Float64Array(n);
    this.dual = new Float64Array(n);
  }

  /** Starts with no rows and H = P + shift·I. @returns Whether the square roots of all pivots of H are above `leastPivot`. */
  start(P: Float64Array, shift: number, leastPivot: number): boolean {
    const {n, J, R} = this;
    this.count = 0;
    // R temporarily holds the lower factor L of H = LLᵀ. The columns of J = L⁻ᵀ are the rows of L⁻¹.
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = P[i * n + j] + (i === j ? shift : 0);
        for (let k = 0; k < j; k++) sum -= R[i * n + k] * R[j * n + k];
        if (i > j) R[i * n + j] = sum / R[j * n + j];
        else {
          const pivot = Math.sqrt(sum);
          if (!(pivot > leastPivot)) return false;
          R[i * n + i] = pivot;
        }
      }
    }
    J.fill(0);
    for (let i = 0; i < n; i++) {
      J[i * n + i] = 1;
      for (let k = 0; k < i; k++) {
        const factor = R[i * n + k];
        if (factor !== 0) for (let j = 0; j <= k; j++) J[i * n + j] -= factor * J[k * n + j];
      }
      for (let j = 0; j <= i; j++) J[i * n + j] /= R[i * n + i];
    }
    return true;
  }

  /** Keeps the factor that `start` made, for `restart`. */
  remember(): void {
    (this.kept ??= this.J.slice()).set(this.J);
  }

  /** Starts with no rows and the factor that was kept. */
  restart(): void {
    this.count = 0;
    this.J.set(this.kept!);
  }

  /** Right after `start`: the smallest pivot of H, relative to its entry on the diagonal of P. */
  leastPivot(P: Float64Array): number {
    const {n, J} = this;
    let least = Infinity;
    for (let at = 0; at < n * n; at += n + 1) least = Math.min(least, 1 / (J[at] * J[at] * P[at]));
    return least;
  }

  /** x and the multipliers y of min ½ xᵀHx + fᵀx subject to the rows of W as equalities. y of other rows is not changed. */
  solution(f: Float64Array, rightHandSides: Float64Array, x: Float64Array, y: Float64Array): void {
    const {n, count, members, J, R, a, g} = this;
    for (let k = 0, at = 0; k < n; k++) {
      let sum = 0;
      for (let j = 0; j < n; j++, at++) sum += J[at] * f[j];
      g[k] = sum;
    }
    for (let k = 0; k < count; k++) {
      let sum = rightHandSides[members[k]];
      for (let l = 0; l < k; l++) sum -= R[l * n + k] * a[l];
      a[k] = sum / R[k * n + k];
    }
    x.fill(0);
    for (let k = 0; k < n; k++) {
      const weight = k < count ? a[k] : -g[k];
      if (weight !== 0) for (let j = 0, at = k * n; j < n; j++, at++) x[j] += weight * J[at];
    }
    for (let k = count - 1; k >= 0; k--) {
      let sum = -a[k] - g[k];
      for (let l = k + 1; l < count; l++) sum -= R[k * n + l] * y[members[l]];
      y[members[k]] = sum / R[k * n + k];
    }
  }

  /** |row| |x| for the x of the latest call of `solution`, where |x| is the sum of the magnitudes that x was added up from. */
  terms(row: Float64Array, from: number): number {
    const {n, count, J, a, g} = this;
    let terms = 0;
    for (let k = 0, at = 0; k < n; k++) {
      let sum = 0;
      for (let j = 0; j < n; j++, at++) sum += Math.abs(J[at] * row[from + j]);
      terms += sum * Math.abs(k < count ? a[k] : g[k]);
    }
    return terms;
  }

  /**
   * The effect of one unit of the multiplier of `row`: the row's value falls by `square`, and the multipliers of W fall by `dual`.
   * `relative` is the part of the row outside the span of W, or 0 if the row depends on W.
   *
   * @param from Where the row starts in `row`.
   * @returns This object, which has the three numbers.
   */
  direction(row: Float64Array, from = 0): this {
    const {n, count, J, R, d, dual} = this;
    let square = 0;
    let all = 0;
    for (let k = 0, at = 0; k < n; k++) {
      let sum = 0;
      for (let j = 0; j < n; j++, at++) sum += J[at] * row[from + j];
      d[k] = sum;
      all += sum * sum;
      if (k >= count) square += sum * sum;
    }
    for (let k = count - 1; k >= 0; k--) {
      let sum = d[k];
      for (let l = k + 1; l < count; l++) sum -= R[k * n + l] * dual[l];
      dual[k] = sum / R[k * n + k];
    }
    const relative = Math.sqrt(square / all);
    this.square = square;
    this.relative = relative > this.dependent ? relative : 0;
    return this;
  }

  /** The k-th of n − count directions that do not change any row of W, as a view. */
  direct(k: number): Float64Array {
    const {n, J, count} = this;
    return J.subarray((count + k) * n, (count + k + 1) * n);
  }

  /** Adds the row of the latest call of `direction`. */
  add(member: number): void {
    const {n, J, R, d} = this;
    for (let k = n - 1; k > this.count; k--) {
      if (d[k] === 0) continue;
      const length = lengthOf(d[k - 1], d[k]);
      rotate(J, (k - 1) * n, k * n, n, d[k - 1] / length, d[k] / length);
      d[k - 1] = length;
      d[k] = 0;
    }
    for (let k = 0; k <= this.count; k++) R[k * n + this.count] = d[k];
    this.members[this.count++] = member;
  }

  remove(position: number): void {
    const {n, J, R, members} = this;
    const last = --this.count;
    for (let k = position; k < last; k++) {
      members[k] = members[k + 1];
      for (let l = 0; l <= k + 1; l++) R[l * n + k] = R[l * n + k + 1];
    }
    for (let k = position; k < last; k++) {
      const above = R[k * n + k];
      const below = R[(k + 1) * n + k];
      if (below === 0) continue;
      const length = lengthOf(above, below);
      const c = above / length;
      const s = below / length;
      rotate(R, k * n + k, (k + 1) * n + k, last - k, c, s);
      rotate(J, k * n, (k + 1) * n, n, c, s);
      R[(k + 1) * n + k] = 0;
    }
  }
}

/** (u, v) ← (c u + s v, c v − s u) for two sections of an array. */
function rotate(a: Float64Array, u: number, v: number, length: number, c: number, s: number): void {
  for (let j = 0; j < length; j++) {
    const first = a[u + j];
    const second = a[v + j];
    a[u + j] = c * first + s * second;
    a[v + j] = c * second - s * first;
  }
}

/** √(a² + b²). The engine's own function takes several times as long, and is needed only where a square leaves the range of f64. */
function lengthOf(a: number, b: number): number {
  const square = a * a + b * b;
  return square > 1e-280 && square < Infinity ? Math.sqrt(square) : Math.hypot(a, b);
}
