/** @file The modelling language: expressions, the rules that keep them convex, and their compilation to a solver's data. */
export {ConvexProblem} from './problem.js';
export {problemFromJSON} from './problem-from-json.js';
export {type ParameterValue} from './parameter-values.js';
export {type SavedProblem} from './saved.js';
