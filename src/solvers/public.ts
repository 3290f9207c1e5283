/** @file The public namespace `solvers`: how x* is found. None of them is differentiated; the condition at their result is. */
export {AndersonAcceleration, type AndersonOptions} from './anderson-acceleration.js';
export {AndersonWrapper, type AndersonWrapperOptions} from './anderson-wrapper.js';
export {ArmijoSGD, type ArmijoSGDOptions} from './armijo-sgd.js';
export {BFGS} from './bfgs.js';
export {Bisection, type BisectionOptions} from './bisection.js';
export {
  BlockCoordinateDescent,
  type BlockCoordinateDescentOptions,
  type BlockProblem,
} from './block-coordinate-descent.js';
export {BoxCDQP, type BoxCDQPData, type BoxCDQPOptions, type BoxCDQPState} from './box-cd-qp.js';
export {BoxOSQP, type BoxOSQPOptions, type BoxQPData, type BoxQPState} from './box-osqp.js';
export {Broyden, type BroydenOptions} from './broyden.js';
export {ConicSplitting, type ConicSolution, type ConicSplittingOptions} from './conic-splitting.js';
export {type DescentOptions, type MinimizationProblem} from './descent.js';
export {
  EqualityConstrainedQP,
  type EqualityConstrainedData,
  type EqualityConstrainedQPOptions,
} from './equality-constrained-qp.js';
export {GaussNewton} from './gauss-newton.js';
export {GradientDescent, type GradientDescentOptions} from './gradient-descent.js';
export {LBFGS, type LBFGSOptions} from './lbfgs.js';
export {LBFGSB, type Bounds, type LBFGSBOptions} from './lbfgsb.js';
export {type LeastSquaresProblem} from './least-squares.js';
export {LevenbergMarquardt, type LevenbergMarquardtOptions} from './levenberg-marquardt.js';
export {type OnFailure} from '../implicit/index.js';
export {type QPInput, type QPParameter} from './qp-input.js';
export * as lineSearches from './line-searches/index.js';
export {MirrorDescent, type MirrorDescentOptions, type MirrorDescentProblem} from './mirror-descent.js';
export {Newton} from './newton.js';
export {NewtonRoot} from './newton-root.js';
export {NonlinearCG, type NonlinearCGOptions} from './nonlinear-cg.js';
export {OSQP, type OSQPOptions} from './osqp.js';
export {PolyakSGD, type PolyakSGDOptions} from './polyak-sgd.js';
export {ProjectedGradient, type ProjectedGradientProblem} from './projected-gradient.js';
export {type RootProblem} from './root-finding.js';
export {
  type BatchDataset,
  type Batches,
  type StochasticOptions,
  type StochasticProblem,
} from './stochastic.js';
export {FixedPointIteration, type FixedPointProblem} from './fixed-point-iteration.js';
export {type QPSolver} from './foreign-qp.js';
export {ImplicitQP, type ImplicitQPOptions, type QPState} from './implicit-qp.js';
export {InteriorPointQP, type InteriorPointQPOptions} from './interior-point-qp.js';
export {type IterativeSolver, type Iteration, type IterationState, type Progress} from './iterate.js';
export {type Noise, type PerturbedOptions, type RowFunction} from './perturbed.js';
export {perturbedArgmax} from './perturbed-argmax.js';
export {perturbedMax} from './perturbed-max.js';
export {
  ProximalGradient,
  type ProximalGradientOptions,
  type ProximalGradientProblem,
} from './proximal-gradient.js';
export {SparseCoding, type SparseCodingOptions} from './sparse-coding.js';
export {solveQP, type OnInfeasible, type QPResult, type SolveQPOptions} from './solve-qp.js';
export {certify, type QPCertificate, type QPPoint} from './certify.js';
export {type SolverOptions} from './types.js';
