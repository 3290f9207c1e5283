/** @file The solvers, and what other folders need from them. */
export * from './public.js';
export {keepSamples} from './iteration/leaves.js';
export {balanced, type Potential} from './roots/parts/marginal-duals.js';
export {scalarRoot, type GrowingFunction} from './roots/parts/scalar-root.js';
export {deletionFilter} from './quadratic/parts/deletion-filter.js';
export {QP_PARAMETERS, QP_SHAPES} from './quadratic/qp-input.js';
export {ON_FAILURE, FailureCollector, reportFailures, type Failures} from '../implicit/index.js';
export {inSlices} from './iteration/in-slices.js';
export {withoutBatchAxis} from './iteration/samples.js';
