/** @file Fused numerical work. `reference/` is plain TypeScript in f64. */
export {HOST_BACKENDS, hostCanRead, readF64} from './host-read.js';
export {backSubstituteTransposed, choleskyInPlace, forwardSubstitute} from './reference/cholesky.js';
export {luInPlace, luSolve, type LU} from './reference/lu.js';
export {minimumNormSolve, svd, type SVD} from './reference/svd.js';
