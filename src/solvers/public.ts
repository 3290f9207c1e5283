/** @file The public namespace `solvers`: how x* is found. The solvers are not differentiated; the condition at their result is. */
export * from './conic/index.js';
export * from './quadratic/index.js';
export * from './least-squares/index.js';
export * from './stochastic/index.js';
export * from './perturbed/index.js';
export * from './roots/index.js';
export * from './descent/index.js';
export * from './proximal/index.js';
export * from './iteration/index.js';
export {type OnFailure} from '../implicit/index.js';
export * as lineSearches from './descent/line-searches/index.js';
