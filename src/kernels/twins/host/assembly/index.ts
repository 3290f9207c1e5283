/** @file What the dense kernels export. Pointers are byte offsets into the memory that the caller provides. */
export {eliminate, signedCholesky} from './cholesky';
export {copyTransposed, copyUpper, packRows, scale, scaleUpper} from './copies';
export {addMagnitudes, excess, scaledMaxima, symmetrize} from './maxima';
export {
  centrality,
  dualResidual,
  eliminated,
  invertPairs,
  primalResidual,
  pushPairs,
  remainder,
  stepPairs,
} from './pairs';
export {addMultiplyTransposed, addWeightedGram, multiply} from './products';
export {addMultiplyTransposedWithTerms, multiplyWithTerms} from './products-and-terms';
export {signedSolve} from './substitution';
