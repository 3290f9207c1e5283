/** @file min E[f(x, data)] with one batch of data per step: each solver provides its step size for `stochastic.ts`. */
export {ArmijoSGD, type ArmijoSGDOptions} from './armijo-sgd.js';
export {PolyakSGD, type PolyakSGDOptions} from './polyak-sgd.js';
export {
  type BatchDataset,
  type Batches,
  type StochasticOptions,
  type StochasticProblem,
} from './stochastic.js';
