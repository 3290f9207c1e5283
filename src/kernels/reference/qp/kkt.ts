/**
 * @file The KKT system of a quadratic program, condensed to a Cholesky factorisation in the size of x.
 *
 *     [ P   Cᵀ ] [ x ]   [ f ]
 *     [ C  −W  ] [ y ] = [ g ],      W diagonal, zero on "hard" rows, positive on "soft" ones.
 *
 * Soft rows are eliminated into H = P + Σ cᵢcᵢᵀ/wᵢ. Hard rows are added to H as well, with weight RHO, which changes
 * nothing at a solution and makes H definite whenever the system is regular; their multipliers come from the Schur
 * complement. A small regularisation makes every factorisation succeed; refinement against the system as it stands takes
 * its effect away.
 */
import {
  backSubstituteTransposed,
  choleskyInPlace,
  forwardSubstitute,
  forwardSubstituteRows,
  gramOfRows,
} from '../cholesky.js';
import {maxAbs, multiply} from './vectors.js';

const RHO = 1;
const MAX_REFINEMENTS = 12;
/** Rows below this w are stiff. */
const STIFF_W = 0.1;

export class KktSystem {
  private readonly H: Float64Array;
  private readonly V: Float64Array;
  private readonly S: Float64Array;
  private readonly hard: Int32Array;
  private hardCount = 0;
  private readonly fx: Float64Array;
  private readonly gy: Float64Array;
  private readonly rx: Float64Array;
  private readonly ry: Float64Array;
  private readonly nu: Float64Array;
  private readonly bestX: Float64Array;
  private readonly bestY: Float64Array;
  /** 1 / wᵢ on soft rows, 0 on hard and absent ones. */
  private readonly inverseW: Float64Array;
  private readonly present: Uint8Array;
  private readonly nonZeros: Int32Array[];
  private readonly base: Float64Array;
  private baseIsValid = false;
  private baseCount = 0;
  /** Multipliers of hard rows come as ν·stretch; W's part of the Schur complement's diagonal. */
  private readonly stretch: Float64Array;
  private readonly schurW: Float64Array;
  /**
   * Soft rows with a small w are treated as hard ones with a W, too: in H, 1/w would swallow everything else. Slower, since
   * the Schur complement grows.
   */
  stiff = false;

  /** P is [n, n], C is [rows, n]; call `readMatrices` when their entries have changed. */
  constructor(
    private readonly n: number,
    private readonly rows: number,
    private readonly P: Float64Array,
    private readonly C: Float64Array,
  ) {
    this.H = new Float64Array(n * n);
    this.base = new Float64Array(n * n);
    this.stretch = new Float64Array(rows);
    this.schurW = new Float64Array(rows);
    this.V = new Float64Array(rows * n);
    this.S = new Float64Array(rows * rows);
    this.hard = new Int32Array(rows);
    this.fx = new Float64Array(n);
    this.gy = new Float64Array(rows);
    this.rx = new Float64Array(n);
    this.ry = new Float64Array(rows);
    this.nu = new Float64Array(rows);
    this.bestX = new Float64Array(n);
    this.bestY = new Float64Array(rows);
    this.inverseW = new Float64Array(rows);
    this.present = new Uint8Array(rows);
    this.nonZeros = new Array<Int32Array>(rows);
  }

  /** To be called when P or C has changed: finds the sparse rows of C. */
  readMatrices(): void {
    this.baseIsValid = false;
    this.stiff = false;
    for (let i = 0; i < this.rows; i++) {
      const columns: number[] = [];
      for (let j = 0; j < this.n; j++) if (this.C[i * this.n + j] !== 0) columns.push(j);
      this.nonZeros[i] = Int32Array.from(columns);
    }
  }

  /**
   * @param w W's diagonal; a row with w = 0 is hard, one with w = Infinity is left out (its y is 0).
   * @param delta The regularisation of both blocks.
   * @returns Whether the factorisation succeeded.
   */
  factor(w: Float64Array, delta: number): boolean {
    const {n, rows, C, H, V, S, hard, inverseW, present, stretch, schurW} = this;
    const hardBelow = this.stiff ? STIFF_W : 0;
    let unchanged = this.baseIsValid;
    this.hardCount = 0;
    for (let i = 0; i < rows; i++) {
      present[i] = w[i] === Infinity ? 0 : 1;
      const isHard = w[i] <= hardBelow;
      inverseW[i] = isHard ? 0 : 1 / w[i];
      if (!isHard) continue;
      unchanged &&= hard[this.hardCount] === i;
      // With y = y' + RHO(cᵀx − g), a row of H's weight RHO keeps the rest w' of its W: 1/w = RHO + 1/w'.
      schurW[this.hardCount] = w[i] / (1 - RHO * w[i]);
      stretch[this.hardCount] = 1 + RHO * schurW[this.hardCount];
      hard[this.hardCount++] = i;
    }
    if (!unchanged || this.baseCount !== this.hardCount) this.makeBase();
    H.set(this.base);
    for (let i = 0; i < n; i++) H[i * n + i] += delta;
    this.addRows(H, inverseW);
    if (choleskyInPlace(H, n) >= 0) return false;
    const count = this.hardCount;
    for (let k = 0; k < count; k++) V.set(C.subarray(hard[k] * n, hard[k] * n + n), k * n);
    forwardSubstituteRows(H, n, V, count);
    gramOfRows(V, count, n, S);
    for (let k = 0; k < count; k++) S[k * count + k] += delta + schurW[k];
    return choleskyInPlace(S, count) < 0;
  }

  /**
   * Solves the system for (f, g) into x and y, refined until the residual is below `target` or does not shrink any more.
   *
   * @returns The residual relative to the right-hand side, ∞-norm.
   */
  solve(
    f: Float64Array,
    g: Float64Array,
    x: Float64Array,
    y: Float64Array,
    w: Float64Array,
    target: number,
  ): number {
    const {fx, gy, bestX, bestY} = this;
    const scale = Math.max(maxAbs(f), maxAbs(g));
    x.fill(0);
    y.fill(0);
    if (scale === 0) return 0;
    let best = Infinity;
    fx.set(f);
    gy.set(g);
    for (let k = 0; k <= MAX_REFINEMENTS; k++) {
      this.correct(x, y);
      this.residual(f, g, x, y, w);
      const size = Math.max(maxAbs(fx), maxAbs(gy)) / scale;
      if (!(size < best)) {
        x.set(bestX);
        y.set(bestY);
        break;
      }
      const stalled = size > 0.5 * best;
      best = size;
      bestX.set(x);
      bestY.set(y);
      if (stalled || size <= target) break;
    }
    return best;
  }

  /** (x, y) += K⁻¹ (fx, gy) with the regularised factors. */
  private correct(x: Float64Array, y: Float64Array): void {
    const {n, rows, H, V, S, hard, stretch, hardCount: count, fx, gy, rx, ry, nu, inverseW} = this;
    for (let i = 0; i < rows; i++) ry[i] = inverseW[i] * gy[i];
    for (let k = 0; k < count; k++) ry[hard[k]] = RHO * gy[hard[k]];
    rx.set(fx);
    this.addRowsTimes(ry, rx);
    forwardSubstitute(H, n, rx);
    for (let k = 0; k < count; k++) {
      let sum = -gy[hard[k]];
      for (let j = 0; j < n; j++) sum += V[k * n + j] * rx[j];
      nu[k] = sum;
    }
    forwardSubstitute(S, count, nu);
    backSubstituteTransposed(S, count, nu);
    for (let k = 0; k < count; k++) for (let j = 0; j < n; j++) rx[j] -= V[k * n + j] * nu[k];
    backSubstituteTransposed(H, n, rx);
    for (let j = 0; j < n; j++) x[j] += rx[j];
    for (let k = 0; k < count; k++) y[hard[k]] += stretch[k] * nu[k];
    for (let i = 0; i < rows; i++) {
      if (inverseW[i] === 0) continue;
      y[i] += inverseW[i] * (this.rowTimes(i, rx) - gy[i]);
    }
  }

  /** fx, gy ← the residuals of the system without regularisation. */
  private residual(
    f: Float64Array,
    g: Float64Array,
    x: Float64Array,
    y: Float64Array,
    w: Float64Array,
  ): void {
    const {n, rows, P, fx, gy, present} = this;
    multiply(P, x, fx);
    this.addRowsTimes(y, fx);
    for (let j = 0; j < n; j++) fx[j] = f[j] - fx[j];
    for (let i = 0; i < rows; i++) gy[i] = present[i] ? g[i] - this.rowTimes(i, x) + w[i] * y[i] : 0;
  }

  /** ⟨cᵢ, x⟩. */
  private rowTimes(i: number, x: Float64Array): number {
    const {n, C, nonZeros} = this;
    const columns = nonZeros[i];
    const row = i * n;
    let sum = 0;
    if (columns.length === n) for (let j = 0; j < n; j++) sum += C[row + j] * x[j];
    else for (let k = 0; k < columns.length; k++) sum += C[row + columns[k]] * x[columns[k]];
    return sum;
  }

  /** out += Cᵀ y. */
  private addRowsTimes(y: Float64Array, out: Float64Array): void {
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

  /** P + RHO·Σ cᵢcᵢᵀ over the hard rows: the part of H that an interior-point method never changes. */
  private makeBase(): void {
    const {n, rows, P, base, hard, hardCount} = this;
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) base[i * n + j] = P[i * n + j];
    const weights = new Float64Array(rows);
    for (let k = 0; k < hardCount; k++) weights[hard[k]] = RHO;
    this.addRows(base, weights);
    this.baseIsValid = true;
    this.baseCount = hardCount;
  }

  /** target += Σ weightᵢ·cᵢcᵢᵀ on the lower triangle; dense rows four at a time, sparse ones by their non-zeros. */
  private addRows(target: Float64Array, weights: Float64Array): void {
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
