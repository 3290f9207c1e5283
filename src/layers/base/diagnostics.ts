/** @file What `layer.diagnostics()` tells. */

/** How the last `call` went, one entry a sample, and the last gradient. */
export interface Diagnostics {
  /** Which call this is: 1 is the layer's first. */
  call: number;
  /** The codes of `Status`: 0 solved, 1 primal infeasible, 2 unbounded, 3 iteration limit, 4 numerical error, 5 invalid. */
  status: number[];
  /** How many iterations the solver made: 0 for a projection, 1 for a direct solve. */
  iterations: number[];
  /** The solver's relative residual. */
  residual: number[];
  /**
   * A row a sample: where the derivative has a kink. A quadratic program's constraints whose multiplier and slack are both
   * zero; entries of a sparse output that are zero, but only just.
   */
  weaklyActive: boolean[][];
  /** How the linear solve of the latest gradient went; `null` before the first. It stays when the layer is called again. */
  gradient: GradientDiagnostics | null;
}

/** How the linear solve of a gradient went, one entry a sample. */
export interface GradientDiagnostics {
  /** Whose gradient it is: smaller than that of the report where the layer has been called again since, or twice in one loss. */
  call: number;
  /**
   * That of the forward solve of the same call where it failed (the gradient of a wrong point), 4 where the linear system was not solved,
   * else 0.
   */
  status: number[];
  /** Of the linear system, relative. */
  residual: number[];
}
