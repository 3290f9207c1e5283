/** @file Fused numerical work. `reference/` is plain TypeScript in f64. */
export {HOST_BACKENDS, hostCanRead, isOnHost, readF64, readF32} from './host-read.js';
export {solveOnDevice} from './device-solve.js';
export {factorCholesky, factorLu, type DenseSolve} from './factored.js';
export {minimumNormSolve, svd, type SVD} from './reference/svd.js';
export {KktBatch, type KktBlocks} from './kkt.js';
export {runCertifyQP} from './certify-qp.js';
export {setThreads} from './threads/pool.js';
export {runQP, type QPGuess, type QPSolution, type QPTensors} from './implicit-qp.js';
export {runIsotonic} from './isotonic.js';
export {blockMeans, blocksOf} from './blocks.js';
export {descendingOrder, inverted, permuteRows, type Order} from './sort.js';
export {runTotalVariation} from './total-variation.js';
export {runOuters} from './outers.js';
export {runSimplex} from './simplex.js';
export {runSparseCode} from './sparse-code.js';
export {SupportSystems} from './support-systems.js';
export {copiesOf, type Copies} from './copies.js';
export * from './linalg/index.js';
