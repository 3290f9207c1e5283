/** @file Functions without a gradient, smoothed by noise. What they share is `perturbed.ts`. */
export {type Noise, type PerturbedOptions, type RowFunction} from './perturbed.js';
export {perturbedArgmax} from './perturbed-argmax.js';
export {perturbedMax} from './perturbed-max.js';
