/**
 * @file The loop of every iterative solver (`iterate.ts`: a start and a step; samples that are solved stay as they are), its options
 * (`types.ts`) and its stopping tests.
 */
export {type IterativeSolver, type Iteration, type IterationState, type Progress} from './iterate.js';
export {type SolverOptions} from './types.js';
