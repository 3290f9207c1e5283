/**
 * @file min f(x) without constraints, or with bounds: each solver fills a direction into `descent.ts`, which goes along it as far as a
 * line search says. `parts/` holds what is no solver.
 */
export {BFGS} from './bfgs.js';
export {type DescentOptions, type MinimizationProblem} from './descent.js';
export {LBFGS, type LBFGSOptions} from './lbfgs.js';
export {LBFGSB, type Bounds, type LBFGSBOptions} from './lbfgsb.js';
export {Newton} from './newton.js';
export {NonlinearCG, type NonlinearCGOptions} from './nonlinear-cg.js';
