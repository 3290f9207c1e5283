/** @file The public namespace `solvers`: how x* is found. None of them is differentiated; the condition at their result is. */
export {AndersonAcceleration, type AndersonOptions} from './roots/anderson-acceleration.js';
export {AndersonWrapper, type AndersonWrapperOptions} from './roots/anderson-wrapper.js';
export {ArmijoSGD, type ArmijoSGDOptions} from './stochastic/armijo-sgd.js';
export {BFGS} from './descent/bfgs.js';
export {Bisection, type BisectionOptions} from './roots/bisection.js';
export {
  BlockCoordinateDescent,
  type BlockCoordinateDescentOptions,
  type BlockParams,
  type BlockProblem,
} from './proximal/block-coordinate-descent.js';
export {BoxCDQP, type BoxCDQPData, type BoxCDQPOptions, type BoxCDQPState} from './quadratic/box-cd-qp.js';
export {BoxOSQP, type BoxOSQPOptions, type BoxQPData, type BoxQPState} from './quadratic/box-osqp.js';
export {Broyden, type BroydenOptions} from './roots/broyden.js';
export {ConicSplitting, type ConicSolution, type ConicSplittingOptions} from './conic/conic-splitting.js';
export {type DescentOptions, type MinimizationProblem} from './descent/descent.js';
export {
  EqualityConstrainedQP,
  type EqualityConstrainedData,
  type EqualityConstrainedQPOptions,
} from './quadratic/equality-constrained-qp.js';
export {GaussNewton} from './least-squares/gauss-newton.js';
export {GradientDescent, type GradientDescentOptions} from './proximal/gradient-descent.js';
export {LBFGS, type LBFGSOptions} from './descent/lbfgs.js';
export {LBFGSB, type Bounds, type LBFGSBOptions} from './descent/lbfgsb.js';
export {type LeastSquaresProblem} from './least-squares/least-squares.js';
export {LevenbergMarquardt, type LevenbergMarquardtOptions} from './least-squares/levenberg-marquardt.js';
export {type OnFailure} from '../implicit/index.js';
export {
  type NotAnInput,
  type QPInput,
  type QPParameter,
  type QPProblem,
  type QPValue,
} from './quadratic/qp-input.js';
export {type QPGuess, type QPSolution} from '../kernels/index.js';
export * as lineSearches from './descent/line-searches/index.js';
export {
  MirrorDescent,
  type MirrorDescentOptions,
  type MirrorDescentProblem,
} from './proximal/mirror-descent.js';
export {Newton} from './descent/newton.js';
export {NewtonRoot} from './roots/newton-root.js';
export {NonlinearCG, type NonlinearCGOptions} from './descent/nonlinear-cg.js';
export {OSQP, type OSQPOptions} from './quadratic/osqp.js';
export {PolyakSGD, type PolyakSGDOptions} from './stochastic/polyak-sgd.js';
export {ProjectedGradient, type ProjectedGradientProblem} from './proximal/projected-gradient.js';
export {type RootProblem} from './roots/root-finding.js';
export {
  type BatchDataset,
  type Batches,
  type StochasticOptions,
  type StochasticProblem,
} from './stochastic/stochastic.js';
export {FixedPointIteration, type FixedPointProblem} from './roots/fixed-point-iteration.js';
export {type QPSolver} from './quadratic/parts/foreign-qp.js';
export {ImplicitQP, type ImplicitQPOptions, type QPState} from './quadratic/implicit-qp.js';
export {InteriorPointQP, type InteriorPointQPOptions} from './quadratic/interior-point-qp.js';
export {
  type IterativeSolver,
  type Iteration,
  type IterationState,
  type Progress,
} from './iteration/iterate.js';
export {type Noise, type PerturbedOptions, type RowFunction} from './perturbed/perturbed.js';
export {perturbedArgmax} from './perturbed/perturbed-argmax.js';
export {perturbedMax} from './perturbed/perturbed-max.js';
export {
  ProximalGradient,
  type DescentStep,
  type ProximalGradientOptions,
  type ProximalGradientProblem,
} from './proximal/proximal-gradient.js';
export {SparseCoding, type SparseCodingOptions, type SparseCodingParams} from './proximal/sparse-coding.js';
export {solveQP, type OnInfeasible, type QPResult, type SolveQPOptions} from './quadratic/solve-qp.js';
export {certify, type QPCertificate, type QPPoint} from './quadratic/certify.js';
export {type SolverOptions} from './iteration/types.js';
