/** @file Solvers: how x* is found. None of them is differentiated; the condition at their result is. */
export {AndersonAcceleration, type AndersonOptions} from './anderson-acceleration.js';
export {FixedPointIteration, type FixedPointProblem} from './fixed-point-iteration.js';
export {type QPSolver} from './foreign-qp.js';
export {ImplicitQP, type ImplicitQPOptions, type QPState} from './implicit-qp.js';
export {InteriorPointQP, type InteriorPointQPOptions} from './interior-point-qp.js';
export {type IterationState} from './iterate.js';
export {balanced, type Potential} from './marginal-duals.js';
export {type Noise, type PerturbedOptions, type RowFunction} from './perturbed.js';
export {perturbedArgmax} from './perturbed-argmax.js';
export {perturbedMax} from './perturbed-max.js';
export {scalarRoot, type GrowingFunction} from './scalar-root.js';
export {
  ProximalGradient,
  type ProximalGradientOptions,
  type ProximalGradientProblem,
} from './proximal-gradient.js';
export {checkOptions, QP_PARAMETERS, QP_SHAPES, type QPInput, type QPParameter} from './qp-input.js';
export {ON_FAILURE, reportFailures, type Failures, type OnFailure} from './report.js';
export {SparseCoding, type SparseCodingOptions} from './sparse-coding.js';
export {solveQP, type OnInfeasible, type QPResult, type SolveQPOptions} from './solve-qp.js';
export {type SolverOptions} from './types.js';
