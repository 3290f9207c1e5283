/**
 * @file A sparse square system that is singular: its least-squares solution of least norm, by iterated Tikhonov regularisation
 * (King & Chillingworth 1979, Numer. Funct. Anal. Optim. 1(5)).
 *
 *     x ← x + Aᵀ(A Aᵀ + δ²)⁻¹ (b − A x)
 *
 * starts at 0 and never leaves the range of Aᵀ. What belongs to a singular value σ is found to a factor of δ²/(σ² + δ²) a step, so those far
 * below δ count as zero. The factors are those of [δ Aᵀ; A −δ], which solve with Aᵀ as well.
 */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';
import type {ReducedKkt} from '../../contracts/reduced-kkt.js';
import type {LeastNorm} from '../qp/singular-system.js';
import {maxAbs} from '../qp/vectors.js';

/** For a matrix whose largest entries are about 1. The factors have an error of about its square over the rounding of f64. */
const DELTA = 1e-5;
const STEPS = 30;
/** The iteration ends with a step of at most this part of the solution. */
const NEGLIGIBLE = 1e-13;

export class IteratedTikhonov implements LeastNorm {
  private isFactored = false;
  private readonly none: Vector;
  private readonly left: Vector;
  private readonly image: Vector;
  private readonly below: Vector;
  /** The solutions with A and with Aᵀ: one of a step, and its correction. */
  private readonly step: Vector[];
  private readonly correction: Vector[];
  private readonly total: Vector;

  /** @param A [n, n]. @param reduced Of no curvature and the rows of A. */
  constructor(
    dense: DenseKernels,
    private readonly A: ProblemMatrix,
    private readonly reduced: ReducedKkt,
    n: number,
  ) {
    this.none = dense.vector(n);
    this.left = dense.vector(n);
    this.image = dense.vector(n);
    this.below = dense.vector(n);
    this.step = [dense.vector(n), dense.vector(n)];
    this.correction = [dense.vector(n), dense.vector(n)];
    this.total = dense.vector(n);
  }

  forget(): void {
    this.isFactored = false;
  }

  /** One of f and g is zero. */
  solve(w: Float64Array, f: Float64Array, g: Float64Array, x: Float64Array, y: Float64Array): void {
    const transpose = maxAbs(f) > 0;
    const [b, solution] = transpose ? [f, y] : [g, x];
    x.fill(0);
    y.fill(0);
    this.isFactored ||= this.reduced.factor(w, DELTA, 0);
    if (!this.isFactored || maxAbs(b) === 0) return;
    const {left, step} = this;
    let before = Infinity;
    for (let k = 0; k < STEPS; k++) {
      this.residual(b, solution, transpose);
      this.regularised(left, transpose);
      const own = step[transpose ? 1 : 0];
      const size = maxAbs(own);
      // Rounding does not get smaller any more.
      if (!(size < before)) return;
      before = size;
      for (let i = 0; i < own.length; i++) solution[i] += own[i];
      if (size <= NEGLIGIBLE * maxAbs(solution)) return;
    }
  }

  /** left = b − A x, or b − Aᵀx. */
  private residual(b: Float64Array, x: Float64Array, transpose: boolean): void {
    const {left} = this;
    this.multiply(x as Vector, left, transpose);
    for (let i = 0; i < b.length; i++) left[i] = b[i] - left[i];
  }

  /** step = [δ Aᵀ; A −δ]⁻¹ of the right-hand side, with one refinement. */
  private regularised(right: Vector, transpose: boolean): void {
    const {none, step, correction, image, below, reduced, total} = this;
    const [x, y] = step;
    x.fill(0);
    y.fill(0);
    reduced.correct(x, y, transpose ? right : none, transpose ? none : right, total, false);
    const fx = image;
    this.multiply(y, fx, true);
    for (let i = 0; i < fx.length; i++) fx[i] = (transpose ? right[i] : 0) - fx[i] - DELTA * x[i];
    const gy = below;
    this.multiply(x, gy, false);
    for (let i = 0; i < gy.length; i++) gy[i] = (transpose ? 0 : right[i]) - gy[i] + DELTA * y[i];
    const [dx, dy] = correction;
    dx.fill(0);
    dy.fill(0);
    reduced.correct(dx, dy, fx, gy, total, false);
    for (let i = 0; i < x.length; i++) x[i] += dx[i];
    for (let i = 0; i < y.length; i++) y[i] += dy[i];
  }

  private multiply(x: Vector, out: Vector, transpose: boolean): void {
    if (!transpose) return this.A.multiply(x, out);
    out.fill(0);
    this.A.addMultiplyTransposed(x, out);
  }
}
