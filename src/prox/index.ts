/** @file Proximal operators: prox(x, params, scaling) = argmin_y ½‖y − x‖² + scaling·g(y; params). */
export {blockwise, fromProjection, onParts, type PartsOptions, type ProxPart} from './combine.js';
export {elasticNet} from './elastic-net.js';
export type {ElasticNetParams} from '../conditions/index.js';
export {groupLasso} from './group-lasso.js';
export {huber, type HuberParams} from './huber.js';
export {lasso, nonNegativeLasso} from './lasso.js';
export {logBarrier} from './log-barrier.js';
export {nuclearNorm} from './nuclear-norm.js';
export {none, nonNegativeRidge, ridge} from './quadratic.js';
export {sortedL1} from './sorted-l1.js';
export {totalVariation1d} from './total-variation.js';
export {type Penalty} from './weights.js';
