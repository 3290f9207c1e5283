/** @file Optimality conditions, and what the solvers and layers that use them need. */
export * from './public.js';
export {ofBlock} from './block-proximal-gradient.js';
export {descend} from './proximal-gradient.js';
export {checkDegenerate, complementarityWeight, KINK} from './degeneracy.js';
export {codeGradient, ELASTIC_NET, inverseLipschitz, perEntry} from './sparse-code.js';
