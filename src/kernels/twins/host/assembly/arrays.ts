/** @file What the kernels of programs export. Pointers are byte offsets into the memory that the caller provides. */
export {strip2, strip3, strip4} from './dots';
export {binary} from './binary-entries';
export {blocks, clip, select, within} from './entries';
export {matrixProduct} from './matrix-product';
export {column2, column3, column4} from './outer-sums';
export {reduce} from './reductions';
export {addOuter, slope} from './row-sweep';
export {softmax} from './softmax';
export {sums} from './sums';
export {unary} from './unary-entries';
