/** @file Conic programs: the solver, and in `parts/` its stages on host and device. */
export {
  ConicSplitting,
  type ConicResult,
  type ConicSolution,
  type ConicSplittingOptions,
} from './conic-splitting.js';
