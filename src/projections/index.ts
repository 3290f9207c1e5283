/** @file Euclidean projections onto convex sets; all work on batches. */
export {box, nonNegative, type BoxParams} from './box.js';
export {isotonic, type IsotonicParams} from './isotonic.js';
export {simplex, sparsemax, type SimplexParams} from './simplex.js';
