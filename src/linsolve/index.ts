/**
 * @file Solvers of A u = v: one contract (types.ts), one solver per file. This index is for other folders; `public.ts` is the
 * namespace.
 */
export {directReport} from './direct.js';
export {auto} from './auto.js';
export {bicgstab} from './bicgstab.js';
export {cg, type CgOptions} from './cg.js';
export {normalCg} from './normal-cg.js';
export {cholesky} from './cholesky.js';
export {gmres, type GmresOptions} from './gmres.js';
export {type IterativeOptions, type PreconditionedOptions} from './iterative.js';
export {iterativeRefinement, type IterativeRefinementOptions} from './iterative-refinement.js';
export {isKkt, kkt, type KktOperator} from './kkt.js';
export {lu} from './lu.js';
export {minres} from './minres.js';
export {neumann, oneStep, phantom, type NeumannOptions} from './neumann.js';
export {qr, type QrOptions} from './qr.js';
export {reporting} from './reporting.js';
export {scalar} from './scalar.js';
export {support, type SupportOperator} from './support.js';
export {fromFunctions} from './operators/index.js';
export {SingularMatrixError} from '../kernels/index.js';
export {
  type DoubleProducts,
  type Factorization,
  type LinearSolver,
  type Operator,
  type SolveInfo,
  type Tags,
} from './types.js';
export {linearSolverFromConfig, type LinearSolverConfig} from './registry.js';
export {orthonormalize, rowDot, rowNorm, safeDivide} from './rows.js';
