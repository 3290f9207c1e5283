/** @file Batched, differentiable linear algebra. */
export {matVec, matVecTransposed} from './mat-vec.js';
