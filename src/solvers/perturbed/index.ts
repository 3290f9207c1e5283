/** @file Functions without a gradient, smoothed by noise. `perturbed.ts` is their common part. */
export {type Noise, type PerturbedOptions, type RowFunction} from './perturbed.js';
export {perturbedArgmax} from './perturbed-argmax.js';
export {perturbedMax} from './perturbed-max.js';
