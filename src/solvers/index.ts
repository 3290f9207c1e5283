/** @file Solvers, and what the rooms above need of them besides. */
export * from './public.js';
export {keepSamples} from './leaves.js';
export {balanced, type Potential} from './marginal-duals.js';
export {scalarRoot, type GrowingFunction} from './scalar-root.js';
export {QP_PARAMETERS, QP_SHAPES} from './qp-input.js';
export {ON_FAILURE, reportFailures, type Failures} from '../implicit/index.js';
