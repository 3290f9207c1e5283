/** @file Conic programs: the solver, and in `parts/` its stages on host and device. */
export {ConicSplitting, type ConicSolution, type ConicSplittingOptions} from './conic-splitting.js';
