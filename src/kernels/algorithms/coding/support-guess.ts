/** @file Moves a sparse code to the best code on its support. Moving one coordinate at a time is slow where atoms are similar. */
import type {CodingKernels, CodingProblem} from '../../contracts/coding.js';
import {codingKernels} from '../../twins/current-coding.js';
import {paddedStride, type DenseKernels, type Vector} from '../../contracts/dense.js';

/** The maximum number of linear systems. Each is followed by a sweep, or by an entry leaving the support. */
const ROUNDS = 16;
/** A shift relative to each atom's own curvature, far above rounding. Each step corrects the one before, and every step descends. */
const SHIFT = 1e-9;

/**
 * Newton steps on the support (the entries that are not zero). Along a step the objective falls until an entry changes its sign. That entry
 * is stopped at zero and leaves the support.
 *
 * @see Lee, Battle, Raina & Ng 2006, Efficient sparse coding algorithms (feature-sign search).
 */
export class SupportGuess {
  private readonly coding: CodingKernels;
  private readonly matrix: Vector;
  private readonly inverse: Vector;
  private readonly rhs: Vector;
  private readonly step: Vector;
  private readonly image: Vector;

  constructor(
    private readonly dense: DenseKernels,
    private readonly n: number,
  ) {
    this.coding = codingKernels(dense);
    const stride = paddedStride(n);
    this.matrix = dense.vector(stride * stride);
    [this.inverse, this.rhs, this.step, this.image] = [n, n, n, n].map((length) => dense.vector(length));
  }

  /**
   * Improves z and g. After each full step, a sweep over all coordinates lets other entries enter the support.
   *
   * @returns Whether `residual` is within the tolerance afterwards.
   */
  run(problem: CodingProblem, z: Vector, g: Vector, tolerance: number, residual: Vector): boolean {
    for (let round = 0; round < ROUNDS; round++) {
      // If atoms depend on each other, the step is long in their common directions, until one of the atoms leaves the support.
      const length = this.newton(problem, z, g, 0) ?? this.newton(problem, z, g, SHIFT);
      if (length === null) return false;
      if (length < 1) continue;
      this.coding.descendCoordinates(problem, z, g, tolerance, 1, residual);
      if (residual[0] <= tolerance) return true;
    }
    return false;
  }

  /**
   * @param shift The shift of the diagonal, relative to the diagonal.
   * @returns The length of the step in [0, 1]; `null` if the system could not be factored.
   */
  private newton({G, stride, l1, l2}: CodingProblem, z: Vector, g: Vector, shift: number): number | null {
    const {dense, n, matrix, inverse, rhs, step, image} = this;
    const on: number[] = [];
    for (let j = 0; j < n; j++) if (z[j] !== 0) on.push(j);
    const count = on.length;
    const own = paddedStride(count);
    for (let k = 0; k < count; k++) {
      const j = on[k];
      for (let l = k; l < count; l++) matrix[k * own + l] = G[j * stride + on[l]];
      matrix[k * own + k] += l2[j] + shift * G[j * stride + j];
      rhs[k] = g[j] - l1[j] * Math.sign(z[j]) - l2[j] * z[j];
    }
    if (dense.signedCholesky(matrix, count, own, count, inverse) >= 0) return null;
    dense.signedSolve(matrix, count, own, count, inverse, rhs);
    let length = 1;
    let leaving = -1;
    step.fill(0);
    for (let k = 0; k < count; k++) {
      const j = on[k];
      step[j] = rhs[k];
      const reach = -z[j] / rhs[k];
      if (!(reach >= 0 && reach < length)) continue;
      length = reach;
      leaving = j;
    }
    dense.multiply(G, n, n, stride, step, image);
    for (let j = 0; j < n; j++) {
      z[j] += length * step[j];
      g[j] -= length * image[j];
    }
    if (leaving >= 0) z[leaving] = 0;
    return length;
  }
}
