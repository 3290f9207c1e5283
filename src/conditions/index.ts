/** @file Optimality conditions, and what the solvers and layers that use them need. */
export {rightSides} from './bound-rows.js';
export * from './public.js';
export {forAllBlocks, ofBlock} from './block-proximal-gradient.js';
export {descend} from './proximal-gradient.js';
export {checkDegenerate, complementarityWeight, KINK, weightOfRow} from './degeneracy.js';
export {codeGradient, ELASTIC_NET, inverseLipschitz, perEntry} from './sparse-code.js';
export {
  blockSteps,
  outerGradient,
  rowsOf,
  structured,
  structureOf,
  termsOf,
  times,
  type ProductForm,
  type StructuredObjective,
} from './structured.js';
export {sparseKkt, sparseKktSolver, type SparseData} from './sparse-kkt.js';
