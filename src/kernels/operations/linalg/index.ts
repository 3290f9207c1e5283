/**
 * @file The kernels of dense linear algebra: they process batches one matrix at a time, in f64 on the host and in pairs of f32 on WebGPU.
 */
export {runCholesky, runCholeskySolve} from './cholesky.js';
export {runCofactors, runDeterminant} from './determinant.js';
export {runEigh} from './eigh.js';
export {SingularMatrixError} from './errors.js';
export {runLstsq} from './lstsq.js';
export {runSolve} from './solve.js';
export {runTriangularSolve} from './triangular-solve.js';
export type {Call} from './call.js';
