/** @file min E[f(x, data)], a batch of data a step: each solver fills its step size into `stochastic.ts`. */
export {ArmijoSGD, type ArmijoSGDOptions} from './armijo-sgd.js';
export {PolyakSGD, type PolyakSGDOptions} from './polyak-sgd.js';
export {
  type BatchDataset,
  type Batches,
  type StochasticOptions,
  type StochasticProblem,
} from './stochastic.js';
