/** @file Proximal operators: prox(x, params, scaling) = argmin_y ½‖y − x‖² + scaling·g(y; params). */
export {elasticNet} from './elastic-net.js';
export type {ElasticNetParams} from '../conditions/index.js';
export {lasso, nonNegativeLasso} from './lasso.js';
