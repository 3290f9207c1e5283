/** @file Fused numerical work. `reference/` is plain TypeScript in f64. */
export {HOST_BACKENDS, hostCanRead, readF64} from './host-read.js';
export {backSubstituteTransposed, choleskyInPlace, forwardSubstitute} from './reference/cholesky.js';
export {luInPlace, luSolve, type LU} from './reference/lu.js';
export {minimumNormSolve, svd, type SVD} from './reference/svd.js';
export {KktFactor} from './reference/qp/adjoint.js';
export type {Problem} from './reference/qp/types.js';
export {runQP, type QPGuess, type QPSolution, type QPTensors} from './qp.js';
export {runSimplex} from './simplex.js';
