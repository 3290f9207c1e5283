/** @file What the iterative solvers share: options, stopping, status. */
import type {LinearSolver, SolveInfo} from '../linsolve/index.js';

export interface SolverOptions {
  /** Default 500. */
  maxIterations?: number;
  /** A sample is solved at ‖T(x) − x‖ ≤ tolerance·(1 + ‖x‖), T the solver's own step. Default 1e-6. */
  tolerance?: number;
  /** True: the gradient comes from the optimality condition. False: from the unrolled iterations. Default true. */
  implicitDiff?: boolean;
  /** Default true: axis 0 of x is a batch of independent problems. */
  batched?: boolean;
  /** The linear solver of the implicit gradient. Default `linsolve.auto()`. */
  linsolve?: LinearSolver;
  /** Receives the report of the implicit gradient's linear solve: tensors, one entry a sample. */
  onGradient?: (info: SolveInfo) => void;
}
