/** @file The numerical work, as operations of tfjs: what other folders need of it. */
export {NO_BOUND} from './contracts/qp-limits.js';
export {
  HOST_BACKENDS,
  hostCanRead,
  hostShouldRead,
  isOnHost,
  valuesOnHost,
  readF64,
  readF32,
} from './backends/host-read.js';
export {fill} from './backends/fill.js';
export {piecesOf, TensorInPieces} from './backends/pieces.js';
export {hostCompute} from './backends/host-kernel.js';
export {solveOnDevice} from './operations/device-solve.js';
export {factorCholesky, factorLu, type DenseSolve} from './algorithms/linalg/factored.js';
export {factorLeastNorm} from './algorithms/linalg/least-norm.js';
export {minimumNormSolve, svd, type SVD} from './algorithms/linalg/svd.js';
export {boundRows, sidesOf} from './contracts/bounds.js';
export {KktBatch, type BoundedBlocks, type KktBlocks} from './operations/kkt.js';
export {runQPGradient} from './operations/qp-gradient.js';
export {runCertifyQP, type CertifiedTensors} from './operations/certify-qp.js';
export {compileAhead} from './twins/webgpu/pipelines.js';
export {OutOfMemory} from './contracts/out-of-memory.js';
export type {ArrayKernels, Spread} from './contracts/arrays.js';
export {BINARY as BINARY_ENTRIES, REDUCTIONS, UNARY as UNARY_ENTRIES} from './contracts/arrays.js';
export {arrayKernels, giveBackArrays, takeArrays, type TakenArrays} from './twins/current-arrays.js';
export {nextTask} from './threads/next-task.js';
export {setThreads} from './threads/pool.js';
export {coneBlocks, type Cones} from './algorithms/conic/cones.js';
export {conesOfProjection, noteDualProjection} from './algorithms/conic/known-cones.js';
export type {ConicOutcome} from './algorithms/conic/search.js';
export {solveConic} from './algorithms/conic/solve.js';
export type {QPGuess, QPSolution, QPTensors} from './contracts/qp-tensors.js';
export {runQP} from './operations/implicit-qp.js';
export {startQP} from './operations/start-qp.js';
export {
  ProblemStructure,
  type Entries,
  type ProblemEntries,
} from './algorithms/sparse/structure-of-problem.js';
export {squareEntries} from './algorithms/sparse/square-system.js';
export {runSparseOuters, runSparseProduct} from './operations/sparse-products.js';
export {
  runSparseKkt,
  runSparseQP,
  startSparseQP,
  type SparseArrays,
  type SparseBlocks,
  type SparseTensors,
} from './operations/sparse-qp.js';
export {runSparseCertify} from './operations/sparse-certify.js';
export {runSparseSolve, SquareFactors} from './operations/sparse-solve.js';
export {solveOne, watchOne, type OneQP, type BestPoint, type QPOutcome} from './algorithms/qp/watched.js';
export {finiteSlack} from './algorithms/qp/returned.js';
export {PreparedGradient} from './algorithms/prepared-qp/prepared-gradient.js';
export {PreparedSolver} from './algorithms/prepared-qp/prepared-solver.js';
export {runBoxSection, SIDE, type BoxSection} from './operations/box-section.js';
export {runEntmax, runEntmaxGradient, type EntmaxKind} from './operations/entmax.js';
export {runIsotonic} from './operations/isotonic.js';
export {blockMeans, blocksOf} from './operations/blocks.js';
export {descendingOrder, inverted, permuteRows, type Order} from './operations/sort.js';
export {PLAN, runTransport, runTransportGradient, type Regularization} from './operations/transport.js';
export {runTotalVariation} from './operations/total-variation.js';
export {runOuters} from './operations/outers.js';
export {runSimplex} from './operations/simplex.js';
export {runSparseCode} from './operations/sparse-code.js';
export {SupportSystems} from './algorithms/coding/support-systems.js';
export {copiesOf, type Copies} from './operations/copies.js';
export * from './operations/linalg/index.js';
