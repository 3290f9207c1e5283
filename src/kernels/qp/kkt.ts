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
import {ConstraintRows} from './constraint-rows.js';
import {maxAbs, multiply} from './vectors.js';

const RHO = 1;
const MAX_REFINEMENTS = 12;
/** Rows below this w are stiff. */
const STIFF_W = 0.1;
/** A pivot of the Schur complement that is due to the regularisation alone. */
const DEPENDENT = 1e-4;
/** Of a variable that no row pins, and of one that several do. */
const NONE = -1;
const SHARED = -2;

export class KktSystem {
  private readonly constraints: ConstraintRows;
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
  private readonly base: Float64Array;
  private baseIsValid = false;
  private baseCount = 0;
  /** The row that pins each variable, or −1; the variables that none pins, and how many. */
  private readonly pinOf: Int32Array;
  private readonly free: Int32Array;
  private freeCount: number;
  private readonly step: Float64Array;
  private readonly dy: Float64Array;
  private readonly couplings: Float64Array;
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
    this.constraints = new ConstraintRows(rows, n, C);
    this.H = new Float64Array(n * n);
    this.base = new Float64Array(n * n);
    this.stretch = new Float64Array(rows);
    this.schurW = new Float64Array(rows);
    this.V = new Float64Array(rows * n);
    this.S = new Float64Array(rows * rows);
    this.hard = new Int32Array(rows);
    this.pinOf = new Int32Array(n);
    this.free = new Int32Array(n);
    this.freeCount = n;
    this.step = new Float64Array(n);
    this.dy = new Float64Array(rows);
    this.couplings = new Float64Array(n);
    this.fx = new Float64Array(n);
    this.gy = new Float64Array(rows);
    this.rx = new Float64Array(n);
    this.ry = new Float64Array(rows);
    this.nu = new Float64Array(rows);
    this.bestX = new Float64Array(n);
    this.bestY = new Float64Array(rows);
    this.inverseW = new Float64Array(rows);
    this.present = new Uint8Array(rows);
  }

  /** To be called when P or C has changed: finds the sparse rows of C. */
  readMatrices(): void {
    this.baseIsValid = false;
    this.stiff = false;
    this.constraints.read();
  }

  /**
   * @param w W's diagonal; a row with w = 0 is hard, one with w = Infinity is left out (its y is 0).
   * @param delta The regularisation of both blocks.
   * @param pin Whether hard rows with one entry may fix their variable.
   * @returns Whether the factorisation succeeded.
   */
  factor(w: Float64Array, delta: number, pin = true): boolean {
    const {n, rows, C, H, V, S, hard, inverseW, present, stretch, schurW, free} = this;
    const hardBelow = this.stiff ? STIFF_W : 0;
    this.findPins(w, pin);
    let unchanged = this.baseIsValid;
    this.hardCount = 0;
    for (let i = 0; i < rows; i++) {
      present[i] = w[i] === Infinity ? 0 : 1;
      const isHard = w[i] <= hardBelow;
      inverseW[i] = isHard ? 0 : 1 / w[i];
      if (!isHard || this.isPin(i)) continue;
      unchanged &&= hard[this.hardCount] === i;
      // With y = y' + RHO(cᵀx − g), a row of H's weight RHO keeps the rest w' of its W: 1/w = RHO + 1/w'.
      schurW[this.hardCount] = w[i] / (1 - RHO * w[i]);
      stretch[this.hardCount] = 1 + RHO * schurW[this.hardCount];
      hard[this.hardCount++] = i;
    }
    // More rows than free variables depend on each other in any case.
    if (this.freeCount < n && this.hardCount > this.freeCount) return this.factor(w, delta, false);
    if (!unchanged || this.baseCount !== this.hardCount) this.makeBase();
    H.set(this.base);
    for (let i = 0; i < n; i++) H[i * n + i] += delta;
    this.constraints.addOuterProducts(H, inverseW);
    const size = this.freeCount;
    if (size < n) {
      // The free part moves to the front; it never overtakes what is still to be read.
      for (let a = 0; a < size; a++) for (let b = 0; b <= a; b++) H[a * size + b] = H[free[a] * n + free[b]];
    }
    if (choleskyInPlace(H, size) >= 0) return false;
    const count = this.hardCount;
    for (let k = 0; k < count; k++) for (let a = 0; a < size; a++) V[k * size + a] = C[hard[k] * n + free[a]];
    forwardSubstituteRows(H, size, V, count);
    gramOfRows(V, count, size, S);
    for (let k = 0; k < count; k++) S[k * count + k] += delta + schurW[k];
    if (choleskyInPlace(S, count) >= 0) return false;
    // Rows that depend on pinning ones: without pins, they all share the multipliers.
    if (size < n)
      for (let k = 0; k < count; k++) if (S[k * count + k] < DEPENDENT) return this.factor(w, delta, false);
    return true;
  }

  /** A hard row with one entry fixes its variable, unless another does so too: then both stay, and share the multiplier. */
  private findPins(w: Float64Array, pin: boolean): void {
    const {n, rows, pinOf, free, constraints} = this;
    pinOf.fill(NONE);
    for (let i = 0; i < rows; i++) {
      const columns = constraints.nonZeros[i];
      if (!pin || w[i] !== 0 || columns.length !== 1) continue;
      pinOf[columns[0]] = pinOf[columns[0]] === NONE ? i : SHARED;
    }
    this.freeCount = 0;
    for (let j = 0; j < n; j++) if (pinOf[j] < 0) free[this.freeCount++] = j;
  }

  private isPin(i: number): boolean {
    const columns = this.constraints.nonZeros[i];
    return columns.length === 1 && this.pinOf[columns[0]] === i;
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
    const {n, rows, C, P, H, V, S, hard, stretch, hardCount: count, freeCount: size} = this;
    const {fx, gy, rx, ry, nu, inverseW, pinOf, free, step, dy, couplings, constraints} = this;
    // Pinned variables first: their steps are known, and go to the right-hand side of the others.
    step.fill(0);
    couplings.fill(0);
    if (size < n) {
      for (let j = 0; j < n; j++) if (pinOf[j] >= 0) step[j] = gy[pinOf[j]] / C[pinOf[j] * n + j];
      multiply(P, step, couplings);
      for (let i = 0; i < rows; i++) if (!this.isPin(i)) gy[i] -= constraints.times(i, step);
    }
    for (let i = 0; i < rows; i++) ry[i] = inverseW[i] * gy[i];
    for (let k = 0; k < count; k++) ry[hard[k]] = RHO * gy[hard[k]];
    for (let j = 0; j < n; j++) rx[j] = fx[j] - couplings[j];
    constraints.addTransposed(ry, rx);
    for (let a = 0; a < size; a++) rx[a] = rx[free[a]];
    forwardSubstitute(H, size, rx);
    for (let k = 0; k < count; k++) {
      let sum = -gy[hard[k]];
      for (let a = 0; a < size; a++) sum += V[k * size + a] * rx[a];
      nu[k] = sum;
    }
    forwardSubstitute(S, count, nu);
    backSubstituteTransposed(S, count, nu);
    for (let k = 0; k < count; k++) for (let a = 0; a < size; a++) rx[a] -= V[k * size + a] * nu[k];
    backSubstituteTransposed(H, size, rx);
    // gy is already without the pinned steps: only the free ones count here.
    couplings.fill(0);
    for (let a = 0; a < size; a++) couplings[free[a]] = rx[a];
    dy.fill(0);
    for (let k = 0; k < count; k++) dy[hard[k]] = stretch[k] * nu[k];
    for (let i = 0; i < rows; i++) {
      if (inverseW[i] !== 0) dy[i] = inverseW[i] * (constraints.times(i, couplings) - gy[i]);
    }
    for (let j = 0; j < n; j++) step[j] += couplings[j];
    for (let j = 0; j < n; j++) x[j] += step[j];
    for (let i = 0; i < rows; i++) y[i] += dy[i];
    if (size < n) this.pinMultipliers(y);
  }

  /** The multipliers of the pinning rows, from the stationarity of their variables after `step` and `dy`. */
  private pinMultipliers(y: Float64Array): void {
    const {n, P, C, fx, pinOf, step, dy, rx, constraints} = this;
    multiply(P, step, rx);
    constraints.addTransposed(dy, rx);
    for (let j = 0; j < n; j++) if (pinOf[j] >= 0) y[pinOf[j]] += (fx[j] - rx[j]) / C[pinOf[j] * n + j];
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
    this.constraints.addTransposed(y, fx);
    for (let j = 0; j < n; j++) fx[j] = f[j] - fx[j];
    for (let i = 0; i < rows; i++) gy[i] = present[i] ? g[i] - this.constraints.times(i, x) + w[i] * y[i] : 0;
  }

  /** P + RHO·Σ cᵢcᵢᵀ over the hard rows: the part of H that an interior-point method never changes. */
  private makeBase(): void {
    const {n, rows, P, base, hard, hardCount} = this;
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) base[i * n + j] = P[i * n + j];
    const weights = new Float64Array(rows);
    for (let k = 0; k < hardCount; k++) weights[hard[k]] = RHO;
    this.constraints.addOuterProducts(base, weights);
    this.baseIsValid = true;
    this.baseCount = hardCount;
  }
}
