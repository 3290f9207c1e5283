/** @file The namespace `linalg`: batched, differentiable linear algebra, f64 between f32 tensors. */
export {cholesky} from './cholesky.js';
export {choleskySolve} from './cholesky-solve.js';
export {det} from './det.js';
export {eigh} from './eigh.js';
export {type Values} from './inputs.js';
export {inv} from './inv.js';
export {lstsq, type LstsqOptions} from './lstsq.js';
export {slogdet} from './slogdet.js';
export {solve, type SolveOptions} from './solve.js';
export {spectralNorm} from './spectral-norm.js';
export {triangularSolve, type TriangularSolveOptions} from './triangular-solve.js';
export {SingularMatrixError} from '../kernels/index.js';
