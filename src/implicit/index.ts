/** @file Implicit differentiation of anything defined by F(x, θ) = 0 or T(x, θ) = x. */
export {
  customFixedPoint,
  customRoot,
  fixedPointResidual,
  type AuxSolver,
  type CustomRootOptions,
  type Differentiated,
  type RootSolver,
} from './custom-root.js';
export {leavesLike} from './like-x.js';
export {linearSolution} from './linear-solution.js';
export {packingOf, type Packing} from './packing.js';
export {checkOnFailure, ON_FAILURE, FailureCollector, reportFailures, type Failures} from './report.js';
export {rootJvp, rootTangent, rootVjp} from './root-products.js';
export {knownRoot, solvedRoot} from './solved-root.js';
export {inOrderOf, rootSystem, type SystemOptions} from './system.js';
export {
  Status,
  type Backward,
  type Condition,
  type Cotangent,
  type FixedPointMap,
  type ImplicitOptions,
  type OnFailure,
  type Solver,
  type SolverState,
} from './types.js';
