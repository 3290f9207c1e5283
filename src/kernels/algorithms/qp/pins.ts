/** @file Handles variables that are fixed by hard rows with only one entry. Their steps and multipliers need no linear system. */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ConstraintRows} from './constraint-rows.js';

/** Marks for a variable that no row pins, and for a variable that several rows pin. */
const NONE = -1;
const SHARED = -2;

export class Pins {
  /** The row that pins each variable, or a negative number. */
  private readonly pinOf: Int32Array;
  /** The variables that no row pins. */
  readonly free: Int32Array;
  freeCount: number;
  /** False if the fields above are known to say that all variables are free. */
  private mayBePinned = true;
  private readonly step: Vector;
  private readonly image: Vector;
  private readonly pull: Vector;

  /** P is [n, n], C is [rows, n]. */
  constructor(
    private readonly dense: DenseKernels,
    private readonly n: number,
    private readonly P: Vector,
    private readonly C: Vector,
    private readonly constraints: ConstraintRows,
    rows: number,
  ) {
    this.pinOf = new Int32Array(n);
    this.free = new Int32Array(n);
    this.freeCount = n;
    this.step = dense.vector(n);
    this.image = dense.vector(rows);
    this.pull = dense.vector(n);
  }

  /**
   * Finds the pins. A hard row with only one entry fixes its variable, unless another row does so too: then both rows stay in the system
   * and share the multiplier.
   */
  find(w: Float64Array, pin: boolean): void {
    const {
      n,
      pinOf,
      free,
      constraints: {entries, lastColumn, singles},
    } = this;
    const possible = pin && singles > 0;
    // All variables are still free.
    if (!possible && !this.mayBePinned) return;
    this.mayBePinned = possible;
    pinOf.fill(NONE);
    for (let i = 0; i < w.length; i++) {
      if (!possible || w[i] !== 0 || entries[i] !== 1) continue;
      const column = lastColumn[i];
      pinOf[column] = pinOf[column] === NONE ? i : SHARED;
    }
    this.freeCount = 0;
    for (let j = 0; j < n; j++) if (pinOf[j] < 0) free[this.freeCount++] = j;
  }

  isPin(i: number): boolean {
    const {entries, lastColumn} = this.constraints;
    return entries[i] === 1 && this.pinOf[lastColumn[i]] === i;
  }

  /**
   * Computes the steps that the pinning rows require, from their part of g. The effect of these steps is subtracted from the right-hand
   * side f and from g in the other rows, and added to `total`, which is C x so far.
   */
  begin(f: Vector, g: Vector, total: Vector): void {
    const {dense, n, P, C, constraints, pinOf, step, image, pull} = this;
    for (let j = 0; j < n; j++) step[j] = pinOf[j] >= 0 ? g[pinOf[j]] / C[pinOf[j] * n + j] : 0;
    dense.multiply(P, n, n, n, step, pull);
    for (let j = 0; j < n; j++) f[j] -= pull[j];
    constraints.multiply(step, image);
    for (let i = 0; i < g.length; i++) {
      total[i] += image[i];
      if (!this.isPin(i)) g[i] -= image[i];
    }
  }

  /**
   * x += the pinned steps; x already contains the steps of the other variables, `others`. y += the multipliers of the pinning rows. They
   * follow from the stationarity of the pinned variables, with right-hand side f, after all steps and after the changes `dy` of the other
   * multipliers.
   */
  end(x: Vector, y: Vector, others: Vector, dy: Vector, f: Vector): void {
    const {dense, n, P, C, constraints, pinOf, step, pull} = this;
    for (let j = 0; j < n; j++) {
      x[j] += step[j];
      step[j] += others[j];
    }
    dense.multiply(P, n, n, n, step, pull);
    constraints.addMultiplyTransposed(dy, pull);
    for (let j = 0; j < n; j++) if (pinOf[j] >= 0) y[pinOf[j]] += (f[j] - pull[j]) / C[pinOf[j] * n + j];
  }
}
