/**
 * @file The KKT system of a quadratic program, condensed to a quasi-definite one in x and the "hard" rows.
 *
 *     [ P   Cᵀ ] [ x ]   [ f ]
 *     [ C  −W  ] [ y ] = [ g ],      W diagonal, zero on "hard" rows, positive on "soft" ones.
 *
 * Soft rows are eliminated into H = P + Σ cᵢcᵢᵀ/wᵢ. Hard rows are added to H as well, with weight RHO, which changes
 * nothing at a solution and makes H definite whenever the system is regular. What is left, [H C_hᵀ; C_h −W_h], has a
 * Cholesky factorisation with signs. A small regularisation makes every factorisation succeed; refinement against the
 * system as it stands takes its effect away.
 */
import {paddedStride, type DenseKernels, type Indices, type Vector} from '../../contracts/dense.js';
import {ConstraintRows} from './constraint-rows.js';
import {maxAbs} from './vectors.js';

const RHO = 1;
const MAX_REFINEMENTS = 12;
/** What `penalise` puts in the place of w = 0, and from how many hard rows on: one in so many variables. */
const PENALTY = 1e-6;
const PENALISE_FROM = 6;
/** Rows below this w are stiff. */
const STIFF_W = 0.1;
/** The root of a pivot that is due to the regularisation alone. */
const DEPENDENT = 1e-4;
/** Of a variable that no row pins, and of one that several do. */
const NONE = -1;
const SHARED = -2;
/** What becomes of a row: left out, eliminated, kept in the system, or used up to fix its variable. */
const ABSENT = 0;
const SOFT = 1;
const HARD = 2;
const PIN = 3;

export class KktSystem {
  readonly constraints: ConstraintRows;
  /** The factors of the condensed system, of size `freeCount + hardCount`. */
  private readonly K: Vector;
  private readonly stride: number;
  private readonly inverse: Vector;
  private readonly rhs: Vector;
  /** The first n entries of `rhs`. */
  private readonly rhsX: Vector;
  private readonly hard: Indices;
  private hardCount = 0;
  private readonly fx: Vector;
  private readonly gy: Vector;
  private readonly rx: Vector;
  private readonly ry: Vector;
  private readonly bestX: Vector;
  private readonly bestY: Vector;
  /** P + RHO·Σ cᵢcᵢᵀ over the hard rows, which do not change while an interior-point method runs. */
  private readonly base: Vector;
  private readonly baseStride: number;
  private baseCount = NONE;
  /** 1 / wᵢ on soft rows, else 0; the same with RHO on hard ones; wᵢ, and 1, on rows that are not left out. */
  private readonly weights: Vector;
  private readonly lift: Vector;
  private readonly w: Vector;
  private readonly present: Vector;
  private readonly ones: Vector;
  private readonly zeros: Vector;
  private readonly kind: Uint8Array;
  /** The row that pins each variable, or −1; the variables that none pins, and how many. */
  private readonly pinOf: Int32Array;
  private readonly free: Int32Array;
  private freeCount: number;
  /** Whether `pinOf` and `free` say anything but that all variables are free. */
  private mayBePinned = true;
  private readonly step: Vector;
  private readonly dy: Vector;
  private readonly image: Vector;
  /** P x of the latest solution whose residual was looked at. */
  readonly Px: Vector;
  /** C x of the solution so far. */
  private readonly total: Vector;
  /** Multipliers of hard rows come as ν·stretch; W's part of their diagonal. */
  private readonly stretch: Float64Array;
  private readonly hardW: Float64Array;
  private readonly hardY: Float64Array;
  /**
   * Soft rows with a small w are treated as hard ones with a W, too: in H, 1/w would swallow everything else. Slower, since
   * the condensed system grows.
   */
  stiff = false;

  /** P is [n, n], C is [rows, n]; call `readMatrices` when their entries have changed. */
  constructor(
    private readonly dense: DenseKernels,
    private readonly n: number,
    private readonly rows: number,
    private readonly P: Vector,
    private readonly C: Vector,
  ) {
    this.constraints = new ConstraintRows(dense, rows, n, C);
    this.stride = paddedStride(n + rows);
    this.K = dense.vector(this.stride * this.stride);
    this.inverse = dense.vector(n + rows);
    this.baseStride = paddedStride(n);
    this.base = dense.vector(this.baseStride * this.baseStride);
    this.rhs = dense.vector(n + rows);
    this.rhsX = dense.part(this.rhs, 0, n);
    this.stretch = new Float64Array(rows);
    this.hardW = new Float64Array(rows);
    this.hardY = new Float64Array(rows);
    this.hard = dense.indices(rows);
    this.pinOf = new Int32Array(n);
    this.free = new Int32Array(n);
    this.freeCount = n;
    this.step = dense.vector(n);
    this.dy = dense.vector(rows);
    this.image = dense.vector(rows);
    this.total = dense.vector(rows);
    this.Px = dense.vector(n);
    this.fx = dense.vector(n);
    this.gy = dense.vector(rows);
    this.rx = dense.vector(n);
    this.ry = dense.vector(rows);
    this.bestX = dense.vector(n);
    this.bestY = dense.vector(rows);
    this.weights = dense.vector(rows);
    this.lift = dense.vector(rows);
    this.w = dense.vector(rows);
    this.present = dense.vector(rows);
    this.ones = dense.vector(n).fill(1) as Vector;
    this.zeros = dense.vector(n);
    this.kind = new Uint8Array(rows);
  }

  /** To be called when P or C has changed: finds the sparse rows of C. */
  readMatrices(): void {
    this.stiff = false;
    this.baseCount = NONE;
    this.constraints.read();
  }

  /**
   * @param w W's diagonal; a row with w = 0 is hard, one with w = Infinity is left out (its y is 0).
   * @param delta The regularisation of both blocks.
   * @param pin Whether hard rows with one entry may fix their variable.
   * @param penalise Whether many hard rows may be eliminated, too, as if w were PENALTY: half the work, for a few more
   *   refinements. Where these do not get there, `solve` says so.
   * @returns Whether the factorisation succeeded.
   */
  factor(w: Float64Array, delta: number, {pin = true, penalise = false} = {}): boolean {
    const {dense, n, rows, C, K, stride, inverse, hard, kind, weights, stretch, hardW, free} = this;
    const {base, baseStride, lift, present} = this;
    const hardBelow = this.stiff ? STIFF_W : 0;
    this.findPins(w, pin);
    this.hardCount = 0;
    let changed = false;
    // Not besides pins, whose dependence on the others it would not notice.
    const penalised = penalise && this.freeCount === n && PENALISE_FROM * countHard(w, hardBelow) > n;
    for (let i = 0; i < rows; i++) {
      const absent = w[i] === Infinity;
      weights[i] = lift[i] = absent ? 0 : 1 / w[i];
      present[i] = absent ? 0 : 1;
      this.w[i] = absent ? 0 : w[i];
      kind[i] = absent ? ABSENT : SOFT;
      if (!(w[i] <= hardBelow)) continue;
      weights[i] = lift[i] = 0;
      kind[i] = HARD;
      if (this.isPin(i)) {
        kind[i] = PIN;
        continue;
      }
      if (penalised) {
        kind[i] = SOFT;
        weights[i] = lift[i] = 1 / (w[i] + PENALTY);
        continue;
      }
      lift[i] = RHO;
      // With y = y' + RHO(cᵀx − g), a row of H's weight RHO keeps the rest w' of its W: 1/w = RHO + 1/w'.
      hardW[this.hardCount] = w[i] / (1 - RHO * w[i]);
      stretch[this.hardCount] = 1 + RHO * hardW[this.hardCount];
      changed ||= hard[this.hardCount] !== i;
      hard[this.hardCount++] = i;
    }
    const size = this.freeCount;
    const count = this.hardCount;
    // More rows than free variables depend on each other in any case.
    if (size < n && count > size) return this.factor(w, delta, {pin: false});
    if (count !== this.baseCount || changed) this.makeBase();
    dense.copyUpper(base, baseStride, K, stride, n);
    for (let i = 0; i < n; i++) K[i * stride + i] += delta;
    this.constraints.addOuterProducts(K, stride, weights);
    if (size < n) {
      // The free part moves to the front; it never overtakes what is still to be read.
      for (let a = 0; a < size; a++) {
        for (let b = a; b < size; b++) K[a * stride + b] = K[free[a] * stride + free[b]];
      }
    }
    if (size === n) dense.copyTransposed(C, n, hard, count, K, stride, n);
    else {
      for (let a = 0; a < size; a++) {
        for (let k = 0; k < count; k++) K[a * stride + size + k] = C[hard[k] * n + free[a]];
      }
    }
    for (let k = 0; k < count; k++) {
      const diagonal = (size + k) * (stride + 1);
      K[diagonal] = -delta - hardW[k];
      for (let l = 1; l < count - k; l++) K[diagonal + l] = 0;
    }
    if (dense.signedCholesky(K, size + count, stride, size, inverse) >= 0) return false;
    // Rows that depend on pinning ones: without pins, they all share the multipliers.
    if (size < n)
      for (let k = size; k < size + count; k++)
        if (K[k * stride + k] < DEPENDENT) return this.factor(w, delta, {pin: false});
    return true;
  }

  private makeBase(): void {
    const {dense, n, rows, P, base, baseStride, hard, hardCount, ry} = this;
    dense.copyUpper(P, n, base, baseStride, n);
    this.baseCount = hardCount;
    if (hardCount === 0) return;
    for (let i = 0; i < rows; i++) ry[i] = 0;
    for (let k = 0; k < hardCount; k++) ry[hard[k]] = RHO;
    this.constraints.addOuterProducts(base, baseStride, ry);
  }

  /** A hard row with one entry fixes its variable, unless another does so too: then both stay, and share the multiplier. */
  private findPins(w: Float64Array, pin: boolean): void {
    const {
      n,
      rows,
      pinOf,
      free,
      constraints: {entries, lastColumn, singles},
    } = this;
    const possible = pin && singles > 0;
    // All variables are still free.
    if (!possible && !this.mayBePinned) return;
    this.mayBePinned = possible;
    pinOf.fill(NONE);
    for (let i = 0; i < rows; i++) {
      if (!possible || w[i] !== 0 || entries[i] !== 1) continue;
      const column = lastColumn[i];
      pinOf[column] = pinOf[column] === NONE ? i : SHARED;
    }
    this.freeCount = 0;
    for (let j = 0; j < n; j++) if (pinOf[j] < 0) free[this.freeCount++] = j;
  }

  private isPin(i: number): boolean {
    const {entries, lastColumn} = this.constraints;
    return entries[i] === 1 && this.pinOf[lastColumn[i]] === i;
  }

  /**
   * Solves the system for (f, g) into x and y, refined until the residual is below `target` or does not shrink any more. With
   * an infinite target the residual is not even looked at.
   *
   * @returns The residual relative to the right-hand side, ∞-norm.
   */
  solve(f: Vector, g: Vector, x: Vector, y: Vector, target: number): number {
    const {fx, gy, bestX, bestY, total} = this;
    x.fill(0);
    y.fill(0);
    total.fill(0);
    fx.set(f);
    gy.set(g);
    if (target === Infinity) {
      this.correct(x, y);
      return Infinity;
    }
    const scale = Math.max(maxAbs(f), maxAbs(g));
    if (scale === 0) {
      this.Px.fill(0);
      return 0;
    }
    let best = Infinity;
    for (let k = 0; k <= MAX_REFINEMENTS; k++) {
      this.correct(x, y);
      const size = this.residual(f, g, x, y) / scale;
      if (!(size < best)) {
        x.set(bestX);
        y.set(bestY);
        this.dense.multiply(this.P, this.n, this.n, this.n, x, this.Px);
        break;
      }
      const stalled = size > 0.5 * best;
      best = size;
      if (stalled || size <= target) break;
      bestX.set(x);
      bestY.set(y);
    }
    return best;
  }

  /** (x, y) += K⁻¹ (fx, gy) with the regularised factors. */
  private correct(x: Vector, y: Vector): void {
    const {dense, n, rows, K, stride, inverse, rhs, rhsX, hard, stretch} = this;
    const {hardCount: count, freeCount: size, constraints, weights, lift, hardY} = this;
    const {fx, gy, ry, free, step, dy, image, total} = this;
    const pinned = size < n;
    rhsX.set(fx);
    // Pinned variables first: their steps are known, and go to the right-hand side of the others.
    if (pinned) this.pinnedSteps();
    for (let i = 0; i < rows; i++) ry[i] = lift[i] * gy[i];
    constraints.addMultiplyTransposed(ry, rhsX);
    if (pinned) for (let a = 0; a < size; a++) rhs[a] = rhs[free[a]];
    for (let k = 0; k < count; k++) rhs[size + k] = gy[hard[k]];
    dense.signedSolve(K, size + count, stride, size, inverse, rhs);
    for (let k = 0; k < count; k++) hardY[k] = stretch[k] * rhs[size + k];
    if (pinned) {
      // gy is already without the pinned steps: only the free ones count from here on.
      for (let a = size - 1, j = n - 1; j >= 0; j--) rhs[j] = a >= 0 && free[a] === j ? rhs[a--] : 0;
    }
    constraints.multiply(rhsX, image);
    dense.eliminated(weights, image, gy, dy, y, total);
    for (let k = 0; k < count; k++) {
      dy[hard[k]] = hardY[k];
      y[hard[k]] += hardY[k];
    }
    for (let j = 0; j < n; j++) x[j] += rhs[j];
    if (!pinned) return;
    for (let j = 0; j < n; j++) {
      x[j] += step[j];
      step[j] += rhs[j];
    }
    this.pinMultipliers(y);
  }

  /** The steps of pinned variables into `step`; takes them out of the right-hand side. */
  private pinnedSteps(): void {
    const {dense, n, rows, P, C, constraints, kind, pinOf, gy, rhs, step, rx, image, total} = this;
    for (let j = 0; j < n; j++) step[j] = pinOf[j] >= 0 ? gy[pinOf[j]] / C[pinOf[j] * n + j] : 0;
    dense.multiply(P, n, n, n, step, rx);
    for (let j = 0; j < n; j++) rhs[j] -= rx[j];
    constraints.multiply(step, image);
    for (let i = 0; i < rows; i++) {
      total[i] += image[i];
      if (kind[i] !== PIN) gy[i] -= image[i];
    }
  }

  /** The multipliers of the pinning rows, from the stationarity of their variables after `step` and `dy`. */
  private pinMultipliers(y: Vector): void {
    const {dense, n, P, C, fx, pinOf, step, dy, rx, constraints} = this;
    dense.multiply(P, n, n, n, step, rx);
    constraints.addMultiplyTransposed(dy, rx);
    for (let j = 0; j < n; j++) if (pinOf[j] >= 0) y[pinOf[j]] += (fx[j] - rx[j]) / C[pinOf[j] * n + j];
  }

  /** fx, gy ← the residuals of the system without regularisation. @returns The largest magnitude; NaN if there is one. */
  private residual(f: Vector, g: Vector, x: Vector, y: Vector): number {
    const {dense, n, P, Px, fx, gy, total, present, w, ones, zeros} = this;
    dense.multiply(P, n, n, n, x, Px);
    fx.set(Px);
    this.constraints.addMultiplyTransposed(y, fx);
    return Math.max(dense.remainder(ones, f, fx, zeros, x, fx), dense.remainder(present, g, total, w, y, gy));
  }
}

function countHard(w: Float64Array, bound: number): number {
  let count = 0;
  for (let i = 0; i < w.length; i++) if (w[i] <= bound) count++;
  return count;
}
