/** @file What the dense kernels export. Pointers are byte offsets into the memory that the caller provides. */
export {signedCholesky} from './cholesky';
export {copyTransposed, copyUpper, packRows, scale} from './copies';
export {addMagnitudes, excess, scaledMaxima, symmetrize} from './maxima';
export {addMultiplyTransposed, addWeightedGram, multiply} from './products';
export {signedSolve} from './substitution';
