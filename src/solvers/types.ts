/** @file What the iterative solvers share: options, stopping, status. */
import type {Parameter, Structure} from '../autodiff/index.js';
import type {Condition, OnFailure} from '../implicit/index.js';
import type {LinearSolver, SolveInfo} from '../linsolve/index.js';

export interface SolverOptions<X extends Structure = Structure, P extends Parameter[] = Parameter[]> {
  /**
   * What the implicit gradient comes from: any condition that holds at the solution, of the solver's x and parameters. Default:
   * the one that the solver's class names.
   */
  condition?: Condition<X, P>;
  /** Default 500. */
  maxIterations?: number;
  /** A sample is solved at ‖T(x) − x‖ ≤ tolerance·(1 + ‖x‖), T the solver's own step, or at ‖F‖ for one that has
   * no T (its class says so). Default 1e-6. */
  tolerance?: number;
  /** True: the gradient comes from the optimality condition. False: from the unrolled iterations. Default true. */
  implicitDiff?: boolean;
  /** Default true: axis 0 of x is a batch of independent problems. */
  batched?: boolean;
  /** The linear solver of the implicit gradient. Default `linsolve.auto()`. */
  linsolve?: LinearSolver;
  /** Receives the report of the implicit gradient's linear solve: tensors, one entry a sample. */
  onGradient?: (info: SolveInfo) => void;
  /**
   * When the linear system of the implicit gradient is not solved: 'warn' (default), 'throw' or 'ignore'. (What became of the solve
   * itself is in `state.status`.)
   */
  onFailure?: OnFailure;
}
