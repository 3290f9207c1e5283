/** @file What the kernels of linear algebra export, in a module of their own: a bundle holds what it uses. */
export {choleskyInPlace, choleskySingle} from './cholesky-lower';
export {luInPlace, solveLu} from './lu';
export {solveTriangular} from './triangular';
export {applyQ, qrInPlace} from './qr';
