/** @file The public namespace `objectives`: objectives of data, each the function of a product, as any solver takes them. */
export {leastSquares, ridge, type RegressionData} from './least-squares.js';
export {l2Logistic, logistic} from './logistic.js';
export {l2MulticlassLogistic, multiclassLogistic} from './multiclass-logistic.js';
export {multiclassLinearSVMDual, multiclassLinearSVMWeights} from './multiclass-svm.js';
export {structured, type ProductForm, type StructuredObjective} from '../conditions/index.js';
