/**
 * @file The condensed KKT system: a quasi-definite matrix in the free variables and the hard rows, factored.
 *
 * Soft rows are eliminated into H = P + Σ cᵢcᵢᵀ/wᵢ. Hard rows are added to H as well, with weight RHO, which changes nothing at a solution
 * and makes H definite if the system is regular. The remaining matrix, [H C_hᵀ; C_h −W_h], has a Cholesky factorisation with signs.
 */
import {paddedStride, type DenseKernels, type Indices, type Vector} from '../../contracts/dense.js';
import type {ReducedKkt} from '../../contracts/reduced-kkt.js';
import {ConstraintRows} from './constraint-rows.js';
import {Pins} from './pins.js';

const RHO = 1;
/** The value that `penalise` uses instead of w = 0; and how many hard rows it requires: at least one per this many variables. */
const PENALTY = 1e-6;
const PENALISE_FROM = 6;
/** The square root of a pivot that comes from the regularisation alone. */
const DEPENDENT = 1e-4;
/** There is room for this many hard rows per variable, and a few more. More are rare: they depend on each other. */
const ROOM = {perVariable: 2, more: 16};
/** A number of hard rows for which no base exists. */
const NONE = -1;

export class CondensedSystem implements ReducedKkt {
  readonly penalises = true;
  readonly constraints: ConstraintRows;
  private readonly pins: Pins;
  /** The factors, of size `freeCount + hardCount`. */
  private K!: Vector;
  private stride!: number;
  /** The matrix that there is from the beginning. */
  private readonly usual: {K: Vector; stride: number};
  /** The number of hard rows for which there is room. */
  private room: number;
  private readonly inverse: Vector;
  private readonly rhs: Vector;
  /** The first n entries of `rhs`. */
  private readonly rhsX: Vector;
  private readonly hard: Indices;
  private hardCount = 0;
  private readonly ry: Vector;
  /** P + RHO·Σ cᵢcᵢᵀ over the hard rows, which stay the same while an interior-point method runs. */
  private readonly base: Vector;
  private readonly baseStride: number;
  private baseCount = NONE;
  /** 1 / wᵢ for soft rows, else 0; and the same with RHO for hard rows. */
  private readonly weights: Vector;
  private readonly lift: Vector;
  private readonly dy: Vector;
  private readonly image: Vector;
  /** The multipliers of hard rows are ν·stretch; and W's part of their diagonal. */
  private readonly stretch: Float64Array;
  private readonly hardW: Float64Array;
  private readonly hardY: Float64Array;

  /** P is [n, n], C is [rows, n], the rows after `full` are bounds; call `readMatrices` when their entries have changed. */
  constructor(
    private readonly dense: DenseKernels,
    private readonly n: number,
    private readonly rows: number,
    private readonly P: Vector,
    private readonly C: Vector,
    full = rows,
  ) {
    this.constraints = new ConstraintRows(dense, rows, n, C, full);
    this.pins = new Pins(dense, n, P, C, this.constraints, rows);
    this.room = Math.min(rows, ROOM.perVariable * n + ROOM.more);
    this.usual = this.matrix();
    ({K: this.K, stride: this.stride} = this.usual);
    this.inverse = dense.vector(n + rows);
    this.baseStride = paddedStride(n);
    this.base = dense.vector(this.baseStride * this.baseStride);
    this.rhs = dense.vector(n + rows);
    this.rhsX = dense.part(this.rhs, 0, n);
    this.stretch = new Float64Array(rows);
    this.hardW = new Float64Array(rows);
    this.hardY = new Float64Array(rows);
    this.hard = dense.indices(rows);
    this.dy = dense.vector(rows);
    this.image = dense.vector(rows);
    this.ry = dense.vector(rows);
    this.weights = dense.vector(rows);
    this.lift = dense.vector(rows);
  }

  readMatrices(): void {
    this.baseCount = NONE;
    this.constraints.read();
    // A larger matrix was part of a scope that has ended.
    this.room = Math.min(this.rows, ROOM.perVariable * this.n + ROOM.more);
    ({K: this.K, stride: this.stride} = this.usual);
  }

  factor(w: Float64Array, delta: number, hardBelow: number, {pin = true, penalise = false} = {}): boolean {
    const {dense, n, rows, C, inverse, hard, weights, stretch, hardW, pins} = this;
    const {base, baseStride, lift} = this;
    const {free} = pins;
    pins.find(w, pin);
    this.hardCount = 0;
    let changed = false;
    // Not together with pins, because their dependence on the other rows would go unnoticed.
    const penalised = penalise && pins.freeCount === n && PENALISE_FROM * countHard(w, hardBelow) > n;
    for (let i = 0; i < rows; i++) {
      const absent = w[i] === Infinity;
      weights[i] = lift[i] = absent ? 0 : 1 / w[i];
      if (!(w[i] <= hardBelow)) continue;
      weights[i] = lift[i] = 0;
      if (pins.isPin(i)) continue;
      if (penalised) {
        weights[i] = lift[i] = 1 / (w[i] + PENALTY);
        continue;
      }
      lift[i] = RHO;
      // With y = y' + RHO(cᵀx − g), a row with weight RHO in H keeps the rest w' of its W: 1/w = RHO + 1/w'.
      hardW[this.hardCount] = w[i] / (1 - RHO * w[i]);
      stretch[this.hardCount] = 1 + RHO * hardW[this.hardCount];
      changed ||= hard[this.hardCount] !== i;
      hard[this.hardCount++] = i;
    }
    const size = pins.freeCount;
    const count = this.hardCount;
    // More rows than free variables are always dependent.
    if (size < n && count > size) return this.factor(w, delta, hardBelow, {pin: false});
    if (count > this.room) this.enlarge(count);
    const {K, stride} = this;
    if (count !== this.baseCount || changed) this.makeBase();
    dense.copyUpper(base, baseStride, K, stride, n);
    for (let i = 0; i < n; i++) K[i * stride + i] += delta;
    this.constraints.addOuterProducts(K, stride, weights);
    if (size < n) {
      // The free part moves to the front and never overwrites entries that have not been read yet.
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
    // Some rows depend on pinning rows. Without pins, all of them share the multipliers.
    if (size < n)
      for (let k = size; k < size + count; k++)
        if (K[k * stride + k] < DEPENDENT) return this.factor(w, delta, hardBelow, {pin: false});
    return true;
  }

  private matrix(): {K: Vector; stride: number} {
    const stride = paddedStride(this.n + this.room);
    return {K: this.dense.vector(stride * stride), stride};
  }

  private enlarge(count: number): void {
    this.room = Math.min(this.rows, Math.max(count, 2 * this.room));
    ({K: this.K, stride: this.stride} = this.matrix());
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

  correct(x: Vector, y: Vector, fx: Vector, gy: Vector, total: Vector): void {
    const {dense, n, rows, K, stride, inverse, rhs, rhsX, hard, stretch, pins} = this;
    const {hardCount: count, constraints, weights, lift, hardY, ry, dy, image} = this;
    const {free, freeCount: size} = pins;
    const pinned = size < n;
    rhsX.set(fx);
    // Pinned variables first: their steps are known and move to the right-hand side of the others.
    if (pinned) pins.begin(rhsX, gy, total);
    for (let i = 0; i < rows; i++) ry[i] = lift[i] * gy[i];
    constraints.addMultiplyTransposed(ry, rhsX);
    if (pinned) for (let a = 0; a < size; a++) rhs[a] = rhs[free[a]];
    for (let k = 0; k < count; k++) rhs[size + k] = gy[hard[k]];
    dense.signedSolve(K, size + count, stride, size, inverse, rhs);
    for (let k = 0; k < count; k++) hardY[k] = stretch[k] * rhs[size + k];
    if (pinned) {
      // The pinned steps have already been removed from gy, so only the free variables count from here on.
      for (let a = size - 1, j = n - 1; j >= 0; j--) rhs[j] = a >= 0 && free[a] === j ? rhs[a--] : 0;
    }
    constraints.multiply(rhsX, image);
    dense.eliminated(weights, image, gy, dy, y, total);
    for (let k = 0; k < count; k++) {
      dy[hard[k]] = hardY[k];
      y[hard[k]] += hardY[k];
    }
    for (let j = 0; j < n; j++) x[j] += rhs[j];
    if (pinned) pins.end(x, y, rhsX, dy, fx);
  }
}

function countHard(w: Float64Array, bound: number): number {
  let count = 0;
  for (let i = 0; i < w.length; i++) if (w[i] <= bound) count++;
  return count;
}
