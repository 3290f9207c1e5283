/** @file Operators: linear maps made from matrices, from structured matrices, and from functions. */
export {blockDiagonal} from './block-diagonal.js';
export {csr, type CsrMatrix} from './csr.js';
export {dense, type DenseOptions} from './dense.js';
export {diagonal} from './diagonal.js';
export {fromFunctions, materializeByTranspose, type FunctionOperator} from './from-functions.js';
export {kronecker} from './kronecker.js';
export {lowRankPlusDiagonal, type LowRankPlusDiagonal} from './low-rank-plus-diagonal.js';
export {sparse} from './sparse.js';
export type {StructuredOptions} from './structured.js';
