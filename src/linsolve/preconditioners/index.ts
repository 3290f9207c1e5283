/** @file Preconditioners of the iterative solvers: one contract (types.ts), one preconditioner per file. */
export {block} from './block.js';
export {custom, type CustomPreconditioner} from './custom.js';
export {jacobi} from './jacobi.js';
export type {Preconditioner, PreparedPreconditioner} from './types.js';
