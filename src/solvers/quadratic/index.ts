/**
 * @file Quadratic programs: `solveQP`, the solvers that it can use (each a subclass of `ImplicitQP`, or one that returns the result of a
 *   `QPSolver`), and `certify`, which judges a solution. `splitting/` is the operator splitting of OSQP and BoxOSQP, `parts/` has the
 *   files that are not solvers themselves.
 */
export {BoxCDQP, type BoxCDQPData, type BoxCDQPOptions, type BoxCDQPState} from './box-cd-qp.js';
export type {BoxQPData, OldBounds} from './box-qp-data.js';
export {BoxOSQP, type BoxOSQPOptions, type BoxQPState} from './box-osqp.js';
export {
  EqualityConstrainedQP,
  type EqualityConstrainedData,
  type EqualityConstrainedQPOptions,
} from './equality-constrained-qp.js';
export {type NotAnInput, type QPInput, type QPParameter, type QPProblem, type QPValue} from './qp-input.js';
export {type QPGuess, type QPSolution} from '../../kernels/index.js';
export {OSQP, type OSQPOptions} from './osqp.js';
export {type QPSolver} from './parts/foreign-qp.js';
export {
  ImplicitQP,
  type BoundedGuess,
  type ImplicitQPOptions,
  type QPRunSolution,
  type QPState,
} from './implicit-qp.js';
export {type BoundDuals} from './parts/bounds.js';
export {InteriorPointQP, type InteriorPointQPOptions, type SparseQuadraticData} from './interior-point-qp.js';
export {solveQPAsync, type SolveQPAsyncOptions} from './solve-qp-async.js';
export {solveQP, type OnInfeasible, type QPInitial, type QPResult, type SolveQPOptions} from './solve-qp.js';
export {certify, type QPCertificate, type QPPoint} from './certify.js';
export {debug, type DebugOptions, type QPReport} from './debug.js';
export {type QPFault} from './parts/debug-fault.js';
export {type QPIteration} from './parts/debug-text.js';
export {sparseMatrix, type SparseMatrixInput} from './sparse-matrix.js';
export {type SparseMatrix, type SparseValues} from '../../linalg/index.js';
export {prepareQP, type PrepareQPOptions} from './prepare-qp.js';
export {type PreparedQP, type PreparedQPGradient, type PreparedQPResult} from './prepared-qp.js';
export {type PreparedQPInput, type QPMatrix, type QPNumbers} from './parts/prepared-input.js';
