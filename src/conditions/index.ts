/** @file Optimality conditions, and what the solvers and layers that use them need besides. */
export * from './public.js';
export {checkDegenerate, complementarityWeight} from './degeneracy.js';
export {inverseLipschitz, perEntry} from './sparse-code.js';
