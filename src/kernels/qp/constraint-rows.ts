/** @file The rows of a constraint matrix, with fast paths for sparse ones (bounds, simplices). */

export class ConstraintRows {
  /** The columns of each row's non-zeros. */
  readonly nonZeros: Int32Array[] = [];

  /** C is [rows, n], row-major; call `read` when its entries have changed. */
  constructor(
    readonly rows: number,
    private readonly n: number,
    readonly C: Float64Array,
  ) {}

  read(): void {
    for (let i = 0; i < this.rows; i++) {
      const columns: number[] = [];
      for (let j = 0; j < this.n; j++) if (this.C[i * this.n + j] !== 0) columns.push(j);
      this.nonZeros[i] = Int32Array.from(columns);
    }
  }

  /** ⟨cᵢ, x⟩. */
  times(i: number, x: Float64Array): number {
    const {n, C, nonZeros} = this;
    const columns = nonZeros[i];
    const row = i * n;
    let sum = 0;
    if (columns.length === n) for (let j = 0; j < n; j++) sum += C[row + j] * x[j];
    else for (let k = 0; k < columns.length; k++) sum += C[row + columns[k]] * x[columns[k]];
    return sum;
  }

  /** out += Cᵀ y. */
  addTransposed(y: Float64Array, out: Float64Array): void {
    const {n, rows, C, nonZeros} = this;
    for (let i = 0; i < rows; i++) {
      const value = y[i];
      if (value === 0) continue;
      const columns = nonZeros[i];
      const row = i * n;
      if (columns.length === n) for (let j = 0; j < n; j++) out[j] += C[row + j] * value;
      else for (let k = 0; k < columns.length; k++) out[columns[k]] += C[row + columns[k]] * value;
    }
  }

  /** target += Σ weightᵢ·cᵢcᵢᵀ on the lower triangle; dense rows four at a time, sparse ones by their non-zeros. */
  addOuterProducts(target: Float64Array, weights: Float64Array): void {
    const {n, rows, C, nonZeros} = this;
    const denseRows: number[] = [];
    for (let i = 0; i < rows; i++) {
      const weight = weights[i];
      if (weight === 0) continue;
      const columns = nonZeros[i];
      if (4 * columns.length > n) {
        denseRows.push(i);
        continue;
      }
      for (let a = 0; a < columns.length; a++) {
        const j = columns[a];
        const value = weight * C[i * n + j];
        for (let b = 0; b <= a; b++) target[j * n + columns[b]] += value * C[i * n + columns[b]];
      }
    }
    const weightOf = (k: number) => (k < denseRows.length ? weights[denseRows[k]] : 0);
    const rowOf = (k: number) => denseRows[Math.min(k, denseRows.length - 1)] * n;
    for (let k = 0; k < denseRows.length; k += 4) {
      const c0 = rowOf(k);
      const c1 = rowOf(k + 1);
      const c2 = rowOf(k + 2);
      const c3 = rowOf(k + 3);
      const w0 = weightOf(k);
      const w1 = weightOf(k + 1);
      const w2 = weightOf(k + 2);
      const w3 = weightOf(k + 3);
      for (let i = 0; i < n; i++) {
        const v0 = w0 * C[c0 + i];
        const v1 = w1 * C[c1 + i];
        const v2 = w2 * C[c2 + i];
        const v3 = w3 * C[c3 + i];
        const row = i * n;
        for (let j = 0; j <= i; j++) {
          target[row + j] += v0 * C[c0 + j] + v1 * C[c1 + j] + v2 * C[c2 + j] + v3 * C[c3 + j];
        }
      }
    }
  }
}
