/** @file The public face of tfjs-implicit. */
export {enableHigherOrderGradients, jvp, vjp, type Parameter, type Structure} from './autodiff/index.js';
export {
  customFixedPoint,
  customRoot,
  rootJvp,
  rootVjp,
  Status,
  type AuxSolver,
  type Condition,
  type CustomRootOptions,
  type Differentiated,
  type FixedPointMap,
  type ImplicitOptions,
  type OnFailure,
  type RootSolver,
  type Solver,
  type SolverState,
} from './implicit/index.js';
export {
  BirkhoffLayer,
  ConicLayer,
  EntmaxLayer,
  FixedPointLayer,
  IsotonicLayer,
  LassoLayer,
  LinearProgramLayer,
  OptNetQP,
  predictAsync,
  QPLayer,
  RidgeLayer,
  SimplexProjection,
  SoftRank,
  SoftSort,
  SolverLayer,
  SparsemaxProjection,
  SpectralDense,
  SVMLayer,
  TopK,
  TransportLayer,
  type BaseLearnerArgs,
  type BirkhoffLayerArgs,
  type ConicLayerArgs,
  type Constants,
  type Diagnostics,
  type FittedModel,
  type LayerArgs,
  type Part,
  type Role,
  type SavedCell,
  type Projected,
  type QPSizes,
  type SavedConstant,
  type SolveState,
  type EntmaxLayerArgs,
  type FixedPointLayerArgs,
  type GradientDiagnostics,
  type IsotonicLayerArgs,
  type LassoLayerArgs,
  type LinearProgramLayerArgs,
  type OptNetQPArgs,
  type PredictOptions,
  type PredictProgress,
  type QPLayerArgs,
  type RidgeLayerArgs,
  type SimplexProjectionArgs,
  type SoftOrderLayerArgs,
  type SparsemaxProjectionArgs,
  type SpectralDenseArgs,
  type SVMLayerArgs,
  type TopKArgs,
  type TransportLayerArgs,
} from './layers/index.js';
export {compile, type Arrays, type Compiled, type Numbers} from './programs/index.js';
export {setThreads} from './kernels/index.js';
export * as layers from './layers/factories.js';
export {sparsemax} from './projections/index.js';
export {
  certify,
  solveQP,
  solveQPAsync,
  type QPCertificate,
  type QPInput,
  type QPParameter,
  type QPPoint,
  type QPProblem,
  type NotAnInput,
  type QPResult,
  type QPValue,
  type AsyncOptions,
  type SolveProgress,
  type SolveQPAsyncOptions,
  type SolveQPOptions,
} from './solvers/index.js';
export * as conditions from './conditions/public.js';
export * as linalg from './linalg/public.js';
export * as linsolve from './linsolve/public.js';
export * as losses from './losses/index.js';
export * as objectives from './objectives/index.js';
export * as projections from './projections/index.js';
export * as prox from './prox/index.js';
export * as solvers from './solvers/public.js';
