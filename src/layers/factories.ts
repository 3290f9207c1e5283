/** @file The layers as lower-case factories, as in `tf.layers`. */
import {FixedPointLayer, type FixedPointLayerArgs} from './fixed-point-layer.js';
import {LassoLayer, type LassoLayerArgs} from './lasso-layer.js';
import {OptNetQP, type OptNetQPArgs} from './optnet-qp.js';
import {QPLayer, type QPLayerArgs} from './qp-layer.js';
import {SparsemaxProjection, type SparsemaxProjectionArgs} from './sparsemax-projection.js';

/** @see QPLayer */
export function qp(args?: QPLayerArgs): QPLayer {
  return new QPLayer(args);
}

/** @see OptNetQP */
export function optNetQP(args?: OptNetQPArgs): OptNetQP {
  return new OptNetQP(args);
}

/** @see SparsemaxProjection */
export function sparsemax(args?: SparsemaxProjectionArgs): SparsemaxProjection {
  return new SparsemaxProjection(args);
}

/** @see LassoLayer */
export function lasso(args: LassoLayerArgs): LassoLayer {
  return new LassoLayer(args);
}

/** @see FixedPointLayer */
export function fixedPoint(args: FixedPointLayerArgs): FixedPointLayer {
  return new FixedPointLayer(args);
}
