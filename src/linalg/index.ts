/** @file Batched, differentiable linear algebra: the public namespace, and products for other folders. */
export * from './public.js';
export {areFinite, ofFinite} from './of-finite.js';
export {spectralFunction, type SpectralFunction} from './spectral-function.js';
export {signOf} from './sign-of.js';
export {sumOf} from './sum-of.js';
export {columnParts} from './column-parts.js';
export {matVec, matVecTransposed, sumOfOuters} from './mat-vec.js';
export {hostSparseAlgebra} from './sparse-algebra.js';
export {checkReadable, isBatch, valuesIn} from './sparse-entries.js';
export {
  hasSparse,
  registerSparseAlgebra,
  sparseAlgebra,
  SparseMatrix,
  type SparseFactor,
  type SparseValues,
} from './sparse-matrix.js';
export {densePattern, patternOf, structureOf} from './sparse-patterns.js';
export {sparseMatVec, sparseOuters, type SparsePattern} from './sparse-mat-vec.js';
