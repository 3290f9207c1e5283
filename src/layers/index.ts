/** @file Keras-style layers. */
export {FixedPointLayer, type FixedPointLayerArgs} from './fixed-point-layer.js';
export {LassoLayer, type LassoLayerArgs} from './lasso-layer.js';
export {OptNetQP, type OptNetQPArgs} from './optnet-qp.js';
export {QPLayer, type QPLayerArgs} from './qp-layer.js';
export {type Constants} from './qp-parameters.js';
export {SolverLayer, type Diagnostics} from './solver-layer.js';
export {SparsemaxProjection, type SparsemaxProjectionArgs} from './sparsemax-projection.js';
