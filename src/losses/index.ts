/** @file Losses of (target, prediction or logits), one value per entry or per sample; none averages over the batch. */
export {binaryHinge} from './binary-hinge.js';
export {binaryLogistic} from './binary-logistic.js';
export {binaryPerceptron} from './binary-perceptron.js';
export {binarySparsemax} from './binary-sparsemax.js';
export {fenchelYoung, type Conjugate, type MaxFunction} from './fenchel-young.js';
export {huber, type HuberParams} from './huber.js';
export {jacobianPenalty, type JacobianPenaltyParams} from './jacobian-penalty.js';
export {multiclassEntmax15} from './multiclass-entmax15.js';
export {multiclassHinge} from './multiclass-hinge.js';
export {multiclassLogistic} from './multiclass-logistic.js';
export {multiclassPerceptron} from './multiclass-perceptron.js';
export {multiclassSparsemax} from './multiclass-sparsemax.js';
export {sparsePlus} from './sparse-plus.js';
export {sparseSigmoid} from './sparse-sigmoid.js';
