/** @file Proximal operators: prox(x, params, scaling) = argmin_y ½‖y − x‖² + scaling·g(y; params). */
export {elasticNet, type ElasticNetParams} from './elastic-net.js';
export {lasso, nonNegativeLasso} from './lasso.js';
