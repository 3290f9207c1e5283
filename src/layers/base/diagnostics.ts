/** @file What `layer.diagnostics()` returns. */

/** How the last `call` went, with one entry per sample, and the last gradient. */
export interface Diagnostics {
  /** The number of this call; 1 is the layer's first. */
  call: number;
  /** The codes of `Status`: 0 solved, 1 primal infeasible, 2 unbounded, 3 iteration limit, 4 numerical error, 5 invalid. */
  status: number[];
  /** How many iterations the solver made: 0 for a projection, 1 for a direct solve. */
  iterations: number[];
  /** The solver's relative residual. */
  residual: number[];
  /**
   * One row per sample: where the derivative has a kink. These are constraints of a quadratic program whose multiplier and slack are both
   * zero, or entries of a sparse output that are only just zero.
   */
  weaklyActive: boolean[][];
  /**
   * The multipliers, one row per sample, under the names that `solveQP` gives them; of a `ConvexLayer` by constraint. Absent if the layer has
   * none.
   */
  duals?: Record<string, number[][]> | undefined;
  /** How the linear solve of the latest gradient went; `null` before the first. It is kept when the layer is called again. */
  gradient: GradientDiagnostics | null;
}

/** How the linear solve of a gradient went, with one entry per sample. */
export interface GradientDiagnostics {
  /**
   * The number of the call that this gradient belongs to. It is smaller than the call number of the report if the layer has since been
   * called again, or was called twice in one loss.
   */
  call: number;
  /**
   * The status of the forward solve of the same call if it failed (then this is the gradient of a wrong point), 4 if the linear system was
   * not solved, otherwise 0.
   */
  status: number[];
  /** The relative residual of the linear system. */
  residual: number[];
}
