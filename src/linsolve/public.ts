/** @file The public namespace `linsolve`: solvers of A u = v. */
export {auto} from './auto.js';
export {bicgstab} from './bicgstab.js';
export {cg, type CgOptions} from './cg.js';
export {normalCg} from './normal-cg.js';
export {cholesky} from './cholesky.js';
export {gmres, type GmresOptions} from './gmres.js';
export {type IterativeOptions, type PreconditionedOptions} from './iterative.js';
export {type LinearMap} from './rows.js';
export {iterativeRefinement, type IterativeRefinementOptions} from './iterative-refinement.js';
export {kkt, type KktOperator} from './kkt.js';
export {lu} from './lu.js';
export {minres} from './minres.js';
export {neumann, oneStep, phantom, type NeumannOptions} from './neumann.js';
export {qr, type QrOptions} from './qr.js';
export {scalar} from './scalar.js';
export {support, type SupportOperator} from './support.js';
export * as operators from './operators/index.js';
export * as preconditioners from './preconditioners/index.js';
export {SingularMatrixError} from '../kernels/index.js';
export {
  type DoubleProducts,
  type Factorization,
  type LinearSolver,
  type Operator,
  type OwnFactors,
  type SolveInfo,
  type Tags,
} from './types.js';
export {type NamedConfig} from './named.js';
export {linearSolverFromConfig, type LinearSolverConfig} from './registry.js';
export {type BoundedBlocks, type KktBlocks} from '../kernels/index.js';
