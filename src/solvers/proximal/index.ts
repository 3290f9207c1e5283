/**
 * @file min f(x) + g(x), where f is smooth and g has a proximal operator or is the indicator of a set: gradient steps on f and
 * proximal steps on g. Most are built on `proximal-iteration.ts`.
 */
export {
  BlockCoordinateDescent,
  type BlockCoordinateDescentOptions,
  type BlockParams,
  type BlockProblem,
} from './block-coordinate-descent.js';
export {GradientDescent, type GradientDescentOptions} from './gradient-descent.js';
export {MirrorDescent, type MirrorDescentOptions, type MirrorDescentProblem} from './mirror-descent.js';
export {ProjectedGradient, type ProjectedGradientProblem} from './projected-gradient.js';
export {
  ProximalGradient,
  type DescentStep,
  type ProximalGradientOptions,
  type ProximalGradientProblem,
} from './proximal-gradient.js';
export {SparseCoding, type SparseCodingOptions, type SparseCodingParams} from './sparse-coding.js';
