/**
 * @file min f(x) without constraints, or with bounds: each solver provides a direction for `descent.ts`, which moves along it
 * with a line search. `parts/` contains what is not a solver itself.
 */
export {BFGS} from './bfgs.js';
export {type DescentOptions, type MinimizationProblem} from './descent.js';
export {LBFGS, type LBFGSOptions} from './lbfgs.js';
export {LBFGSB, type LBFGSBOptions} from './lbfgsb.js';
export {type Bounds} from './parts/bounded-iteration.js';
export {Newton} from './newton.js';
export {NonlinearCG, type NonlinearCGOptions} from './nonlinear-cg.js';
