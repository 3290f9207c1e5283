/**
 * @file F(x) = 0 and T(x) = x: root finders, most of which provide a direction for `root-finding.ts`, and fixed-point iterations.
 * `parts/` contains the files that are not solvers themselves.
 */
export {AndersonAcceleration, type AndersonOptions} from './anderson-acceleration.js';
export {AndersonWrapper, type AndersonWrapperOptions} from './anderson-wrapper.js';
export {Bisection, type BisectionOptions} from './bisection.js';
export {Broyden, type BroydenOptions} from './broyden.js';
export {NewtonRoot} from './newton-root.js';
export {type RootProblem} from './root-finding.js';
export {FixedPointIteration, type FixedPointProblem} from './fixed-point-iteration.js';
