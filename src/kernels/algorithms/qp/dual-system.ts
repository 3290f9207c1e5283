/**
 * @file The KKT system of a strictly convex quadratic program, reduced to its inequalities: the matrix of the dual problem.
 *
 *     K = [P Aᵀ; A 0],   B = [Gᵀ; 0],   S = BᵀK⁻¹B,   e = h − BᵀK⁻¹[−q; b]
 *
 * With multipliers y, the slacks are s = e + S y. Variables and equalities are eliminated once for each problem; after that, a set F of
 * active rows needs only the factors of S_FF. A lower and an upper bound of the same variable are opposite rows, so S has one row for both.
 */
import {oppositeRows} from '../../contracts/bounds.js';
import {paddedStride, type DenseKernels, type Indices, type Vector} from '../../contracts/dense.js';
import type {Products} from '../../contracts/problem-matrix.js';
import type {ReducedKkt} from '../../contracts/reduced-kkt.js';
import type {Problem} from './types.js';

/** A pivot of P below this part of its diagonal entry leaves too few digits. */
const LEAST_PIVOT = 1e-9;
/** A row depends on others, perhaps, if the square of the part of it outside their span is smaller than this. */
const DEPENDENT = 1e-9;

export class DualSystem implements ReducedKkt {
  readonly penalises = false;
  /** How many inequalities have a row of S of their own, the first ones: the others are their opposites. */
  readonly own: number;
  /** S of these, its rows `stride` entries apart. */
  readonly S: Vector;
  readonly stride: number;
  /** The slacks for multipliers of zero, [m]. */
  readonly e: Vector;
  /** The sign with which each inequality has its row of S; zero if it is left out. */
  readonly signs: Float64Array;
  /** The set F, in order: its first `count` entries, inequalities counted from 0. */
  readonly members: Int32Array;
  count = 0;
  /** The number of variables and equalities, rounded up to a multiple of 4. */
  private readonly head: number;
  /** [K B r; Bᵀ 0 h] with r = [−q; b], eliminated. */
  private readonly whole: Vector;
  private readonly strideWhole: number;
  private readonly inverse: Vector;
  private readonly equalities: Indices;
  private readonly inequalities: Indices;
  /** What DEPENDENT is relative to: S's diagonal before the equalities are taken out. */
  private readonly sizes: Float64Array;
  /** The factors of S_FF. */
  private readonly M: Vector;
  private readonly inverseM: Vector;
  private readonly part: Vector;
  private readonly rhs: Vector;
  /** The first n entries of `rhs`. */
  private readonly rhsX: Vector;
  private readonly image: Vector;
  private readonly loss: Vector;
  /** Multipliers of the rows of S, and the products with them. */
  private readonly values: Vector;
  private readonly products: Vector;

  /** @param constraints Products with the C of `problem`. */
  constructor(
    private readonly dense: DenseKernels,
    private readonly problem: Problem,
    readonly constraints: Products,
  ) {
    const {n, p, m, sides} = problem;
    const own = m - oppositeRows(sides, n);
    this.own = own;
    this.head = (n + p + 3) & ~3;
    this.strideWhole = paddedStride(this.head + own + 1);
    this.whole = dense.vector(this.strideWhole * (this.head + own + 4));
    this.inverse = dense.vector(this.head);
    this.equalities = dense.indices(p);
    this.inequalities = dense.indices(own);
    for (let i = 0; i < p; i++) this.equalities[i] = i;
    this.stride = paddedStride(own);
    this.S = dense.vector(this.stride * own);
    this.e = dense.vector(m);
    this.signs = new Float64Array(m);
    this.values = dense.vector(own);
    this.products = dense.vector(own);
    this.sizes = new Float64Array(own);
    this.members = new Int32Array(m);
    this.M = dense.vector(this.stride * this.stride);
    this.inverseM = dense.vector(m);
    this.part = dense.vector(m);
    this.rhs = dense.vector(this.head);
    this.rhsX = dense.part(this.rhs, 0, n);
    this.image = dense.vector(p + m);
    this.loss = dense.vector(p + m);
  }

  /** The constraints have been read by their owner, and the other matrices are read by `eliminate`. */
  readMatrices(): void {
    this.count = 0;
  }

  /**
   * Computes S and e from the entries of the problem.
   *
   * @returns False if P is not clearly definite, or if the equalities may depend on each other.
   */
  eliminate(): boolean {
    const {dense, problem, own, head, whole, strideWhole: stride, inverse, sizes} = this;
    const {
      n,
      p,
      P: {values: P},
    } = problem;
    this.fill();
    if (dense.eliminate(whole, head + own + 1, stride, n, head, inverse) >= 0) return false;
    for (let j = 0; j < n; j++) if (!(whole[j * stride + j] ** 2 > LEAST_PIVOT * P[j * n + j])) return false;
    for (let k = n; k < n + p; k++) {
      const pivot = whole[k * stride + k] ** 2;
      let size = pivot;
      for (let l = n; l < k; l++) size += whole[l * stride + k] ** 2;
      if (!(pivot > DEPENDENT * size)) return false;
    }
    this.takeDual();
    for (let i = 0; i < own; i++) {
      sizes[i] = this.S[i * (this.stride + 1)];
      for (let k = n; k < n + p; k++) sizes[i] += whole[k * stride + head + i] ** 2;
    }
    return true;
  }

  private fill(): void {
    const {dense, problem, own, head, whole, strideWhole: stride, equalities, inequalities} = this;
    const {n, p, P, q, C, d} = problem;
    const last = head + own;
    this.findSigns();
    whole.fill(0, n * stride);
    dense.copyUpper(P.values, n, whole, stride, n);
    dense.copyTransposed(C.values, n, equalities, p, whole, stride, n);
    dense.copyTransposed(C.values, n, inequalities, own, whole, stride, head);
    for (let j = 0; j < n; j++) {
      for (let k = n + p; k < head; k++) whole[j * stride + k] = 0;
      whole[j * stride + last] = -q[j];
    }
    for (let i = 0; i < p; i++) whole[(n + i) * stride + last] = d[i];
    for (let k = n + p; k < head; k++) whole[k * stride + k] = -1;
    for (let i = 0; i < own; i++) whole[(head + i) * stride + last] = 0;
  }

  /** Chooses the rows for S: the upper bound of a variable where the lower one is left out. */
  private findSigns(): void {
    const {problem, own, signs, inequalities} = this;
    const {
      n,
      p,
      m,
      C: {values: C},
    } = problem;
    for (let i = 0; i < own; i++) inequalities[i] = p + i;
    signs.fill(1);
    for (let i = own; i < m; i++) {
      const first = this.rowOf(i);
      const at = n - m + i;
      const [isUpper, isLower] = [C[(p + i) * n + at] !== 0, C[(p + first) * n + at] !== 0];
      signs[first] = isLower ? 1 : 0;
      signs[i] = !isUpper ? 0 : isLower ? -1 : 1;
      if (!isLower) inequalities[first] = p + i;
    }
  }

  /** The row of S that belongs to inequality i. */
  rowOf(i: number): number {
    return i < this.own ? i : i - this.problem.n;
  }

  private takeDual(): void {
    const {problem, own, signs, head, whole, strideWhole, S, stride, e} = this;
    const {p, m, d} = problem;
    for (let i = 0; i < m; i++)
      e[i] = d[p + i] + signs[i] * whole[(head + this.rowOf(i)) * strideWhole + head + own];
    for (let i = 0; i < own; i++) {
      const row = (head + i) * strideWhole + head;
      for (let j = i; j < own; j++) S[i * stride + j] = S[j * stride + i] = -whole[row + j];
    }
  }

  factor(w: Float64Array): boolean {
    const {p, m} = this.problem;
    this.count = 0;
    for (let i = 0; i < m; i++) if (w[p + i] === 0) this.members[this.count++] = i;
    return this.factorMembers();
  }

  /** Factors S_FF. @returns Whether the rows of F are clearly independent of each other and of the equalities. */
  factorMembers(): boolean {
    const {dense, own, signs, members, count, S, stride, sizes, M, inverseM} = this;
    // More rows than S has depend on each other.
    if (count > own) return false;
    const strideM = paddedStride(count);
    for (let a = 0; a < count; a++) {
      const row = this.rowOf(members[a]) * stride;
      const sign = signs[members[a]];
      for (let b = a, at = a * strideM + a; b < count; b++) {
        const member = members[b];
        M[at++] = sign * signs[member] * S[row + (member < own ? member : this.rowOf(member))];
      }
    }
    if (dense.signedCholesky(M, count, strideM, count, inverseM) >= 0) return false;
    for (let a = 0; a < count; a++) {
      if (!(M[a * (strideM + 1)] ** 2 > DEPENDENT * sizes[this.rowOf(members[a])])) return false;
    }
    return true;
  }

  /** x ← S_FF⁻¹ x. */
  solveMembers(x: Vector): void {
    const {dense, count, M, inverseM} = this;
    dense.signedSolve(M, count, paddedStride(count), count, inverseM, x);
  }

  /** s ← e + S y. */
  slacks(y: Vector, s: Vector): void {
    const {dense, own, signs, S, stride, e, values, products} = this;
    for (let i = 0; i < own; i++) values[i] = signs[i] * y[i];
    for (let i = own; i < y.length; i++) values[this.rowOf(i)] += signs[i] * y[i];
    dense.multiply(S, own, own, stride, values, products);
    for (let i = 0; i < s.length; i++) s[i] = e[i] + signs[i] * products[this.rowOf(i)];
  }

  /** Whether an inequality outside F is clearly no combination of F and the equalities. */
  isIndependent(i: number): boolean {
    const {signs, members, count, S, stride, sizes, part} = this;
    const own = this.rowOf(i);
    const row = own * stride;
    for (let a = 0; a < count; a++) part[a] = signs[members[a]] * S[row + this.rowOf(members[a])];
    this.solveMembers(part);
    let rest = S[row + own];
    for (let a = 0; a < count; a++) rest -= part[a] * signs[members[a]] * S[row + this.rowOf(members[a])];
    return rest > DEPENDENT * sizes[own];
  }

  correct(x: Vector, y: Vector, fx: Vector, gy: Vector, total: Vector): void {
    const {problem, constraints, members, count, part, rhs, rhsX, image, loss} = this;
    const {n, p} = problem;
    rhsX.set(fx);
    this.solveHead(gy);
    constraints.multiply(rhsX, image);
    for (let a = 0; a < count; a++) part[a] = gy[p + members[a]] - image[p + members[a]];
    this.solveMembers(part);
    loss.fill(0);
    for (let a = 0; a < count; a++) loss[p + members[a]] = part[a];
    rhsX.set(fx);
    constraints.addMultiplyTransposed(loss, rhsX);
    this.solveHead(gy);
    for (let i = 0; i < p; i++) loss[i] = -rhs[n + i];
    constraints.multiply(rhsX, image);
    for (let j = 0; j < n; j++) x[j] += rhs[j];
    for (let i = 0; i < loss.length; i++) {
      y[i] -= loss[i];
      total[i] += image[i];
    }
  }

  /** rhs ← K⁻¹ [its first n entries; the part of g for the equalities]. */
  private solveHead(g: Vector): void {
    const {dense, problem, head, whole, strideWhole, inverse, rhs} = this;
    const {n, p} = problem;
    for (let i = 0; i < p; i++) rhs[n + i] = g[i];
    for (let k = n + p; k < head; k++) rhs[k] = 0;
    dense.signedSolve(whole, head, strideWhole, n, inverse, rhs);
  }
}
