/**
 * @file A sparse KKT system whose rows depend on each other: its least-squares solution of least norm, by the factors of the regularised
 * system and refinement.
 *
 * With J = diag(I, −I), the factors solve (K + δJ) u = v. On the null space N of K that is a division by δ, and elsewhere K⁻¹ up to a part of δ
 * over the smallest singular value. So δ (K + δJ)⁻¹ J, applied a few times, is the projection onto N. It takes from v what no u can reach, and
 * from u what does not matter.
 */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';
import type {ReducedKkt} from '../../contracts/reduced-kkt.js';
import type {LeastNorm} from '../qp/singular-system.js';
import {maxAbs} from '../qp/vectors.js';

/** The regularisation: what is smaller counts as zero. */
const DELTA = 1e-8;
/** How often the projection is applied, and the most corrections. */
const PROJECTIONS = 3;
const REFINEMENTS = 20;
/** The residual at which refinement ends, relative to the right-hand side. */
const EXACT = 1e-14;

/** The blocks for x and y of a vector. */
interface Blocks {
  x: Vector;
  y: Vector;
}

export class RegularisedLeastNorm implements LeastNorm {
  private isFactored = false;
  private readonly right: Blocks;
  private readonly image: Blocks;
  private readonly step: Blocks;
  private readonly total: Vector;

  constructor(
    dense: DenseKernels,
    private readonly P: ProblemMatrix,
    private readonly C: ProblemMatrix,
    private readonly reduced: ReducedKkt,
    {n, rows}: {n: number; rows: number},
  ) {
    const blocks = (): Blocks => ({x: dense.vector(n), y: dense.vector(rows)});
    this.right = blocks();
    this.image = blocks();
    this.step = blocks();
    this.total = dense.vector(rows);
  }

  forget(): void {
    this.isFactored = false;
  }

  solve(w: Float64Array, f: Float64Array, g: Float64Array, x: Float64Array, y: Float64Array): void {
    const {right, step, reduced, total} = this;
    this.isFactored ||= reduced.factor(w, DELTA, 0);
    x.fill(0);
    y.fill(0);
    if (!this.isFactored) return;
    right.x.set(f);
    right.y.set(g);
    for (let i = 0; i < w.length; i++) if (!(w[i] < Infinity)) right.y[i] = 0;
    const size = Math.max(maxAbs(right.x), maxAbs(right.y));
    this.project(right);
    const rest = this.image;
    const u = {x, y} as Blocks;
    let least = Infinity;
    for (let k = 0; k < REFINEMENTS; k++) {
      this.residual(w, u, right, rest);
      const error = Math.max(maxAbs(rest.x), maxAbs(rest.y)) / size;
      if (!(error < 0.5 * least) || error <= EXACT) break;
      least = error;
      step.x.fill(0);
      step.y.fill(0);
      reduced.correct(step.x, step.y, rest.x, rest.y, total, false);
      add(u, 1, step);
    }
    this.project(u);
  }

  /** v ← v less its part in the null space. */
  private project(v: Blocks): void {
    const {image, step, reduced, total} = this;
    image.x.set(v.x);
    image.y.set(v.y);
    for (let k = 0; k < PROJECTIONS; k++) {
      for (let i = 0; i < image.y.length; i++) image.y[i] *= -1;
      step.x.fill(0);
      step.y.fill(0);
      reduced.correct(step.x, step.y, image.x, image.y, total, false);
      for (let j = 0; j < image.x.length; j++) image.x[j] = DELTA * step.x[j];
      for (let i = 0; i < image.y.length; i++) image.y[i] = DELTA * step.y[i];
    }
    add(v, -1, image);
  }

  /** out = v − K u. */
  private residual(w: Float64Array, u: Blocks, v: Blocks, out: Blocks): void {
    const {P, C} = this;
    P.multiply(u.x, out.x);
    C.addMultiplyTransposed(u.y, out.x);
    C.multiply(u.x, out.y);
    for (let j = 0; j < out.x.length; j++) out.x[j] = v.x[j] - out.x[j];
    for (let i = 0; i < w.length; i++) out.y[i] = w[i] < Infinity ? v.y[i] - out.y[i] + w[i] * u.y[i] : 0;
  }
}

/** u += factor·v. */
function add(u: Blocks, factor: number, v: Blocks): void {
  for (let j = 0; j < u.x.length; j++) u.x[j] += factor * v.x[j];
  for (let i = 0; i < u.y.length; i++) u.y[i] += factor * v.y[i];
}
