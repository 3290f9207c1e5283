/** @file The public namespace `conditions`: optimality conditions F(x, θ) = 0, or T(x, θ) = x written as F = T − x. */
export {
  blockProximalGradient,
  type BlockOptions,
  type BlockProx,
  type BlockProxOf,
} from './block-proximal-gradient.js';
export {conicResidual, type ConicData, type ConicPoint} from './conic-residual.js';
export {
  kkt,
  type Constraint,
  type KktCondition,
  type KktObjective,
  type KktProblem,
  type PrimalDual,
} from './kkt.js';
export {DEGENERATE, kinkWeight, positivePart, type Degenerate, type Kink} from './degeneracy.js';
export {entropy, mirrorDescent, type EntropyParams, type MirrorGeometry} from './mirror-descent.js';
export {newton, type NewtonOptions} from './newton.js';
export {gradientOf, type Differentiable, type Gradient, type Objective} from './objective.js';
export {
  projectedGradient,
  proximalGradient,
  type FixedPointCondition,
  type Projection,
  type Prox,
  type StepOptions,
} from './proximal-gradient.js';
export {
  quadraticKkt,
  type QuadraticActivity,
  type QuadraticData,
  type QuadraticSolution,
} from './quadratic-kkt.js';
export type {QPTensors} from '../kernels/index.js';
export {sparseCode, type ElasticNetParams} from './sparse-code.js';
export {stationary} from './stationary.js';
export type {Condition, FixedPointMap} from '../implicit/index.js';
