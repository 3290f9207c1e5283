/** @file The layers as lower-case factories, as in `tf.layers`. */
import {BirkhoffLayer, type BirkhoffLayerArgs} from './birkhoff-layer.js';
import {ConicLayer, type ConicLayerArgs} from './conic-layer.js';
import {EntmaxLayer, type EntmaxLayerArgs} from './entmax-layer.js';
import {FixedPointLayer, type FixedPointLayerArgs} from './fixed-point-layer.js';
import {IsotonicLayer, type IsotonicLayerArgs} from './isotonic-layer.js';
import {LassoLayer, type LassoLayerArgs} from './lasso-layer.js';
import {LinearProgramLayer, type LinearProgramLayerArgs} from './linear-program-layer.js';
import {OptNetQP, type OptNetQPArgs} from './optnet-qp.js';
import type {QPLayerArgs} from './base/qp-arguments.js';
import {QPLayer} from './qp-layer.js';
import {RidgeLayer, type RidgeLayerArgs} from './ridge-layer.js';
import {SimplexProjection, type SimplexProjectionArgs} from './simplex-projection.js';
import {SoftRank} from './soft-rank.js';
import {SoftSort} from './soft-sort.js';
import {SparsemaxProjection, type SparsemaxProjectionArgs} from './sparsemax-projection.js';
import {SVMLayer, type SVMLayerArgs} from './svm-layer.js';
import {TopK, type TopKArgs} from './top-k.js';
import {TransportLayer, type TransportLayerArgs} from './transport-layer.js';
import type {SoftOrderLayerArgs} from './base/soft-order-layer.js';

/** @see BirkhoffLayer */
export function birkhoff(args?: BirkhoffLayerArgs): BirkhoffLayer {
  return new BirkhoffLayer(args);
}

/** @see ConicLayer */
export function conic(args: ConicLayerArgs): ConicLayer {
  return new ConicLayer(args);
}

/** @see EntmaxLayer */
export function entmax(args?: EntmaxLayerArgs): EntmaxLayer {
  return new EntmaxLayer(args);
}

/** @see FixedPointLayer */
export function fixedPoint(args: FixedPointLayerArgs): FixedPointLayer {
  return new FixedPointLayer(args);
}

/** @see IsotonicLayer */
export function isotonic(args?: IsotonicLayerArgs): IsotonicLayer {
  return new IsotonicLayer(args);
}

/** @see LassoLayer */
export function lasso(args: LassoLayerArgs): LassoLayer {
  return new LassoLayer(args);
}

/** @see LinearProgramLayer */
export function linearProgram(args?: LinearProgramLayerArgs): LinearProgramLayer {
  return new LinearProgramLayer(args);
}

/** @see OptNetQP */
export function optNetQP(args?: OptNetQPArgs): OptNetQP {
  return new OptNetQP(args);
}

/** @see QPLayer */
export function qp(args?: QPLayerArgs): QPLayer {
  return new QPLayer(args);
}

/** @see RidgeLayer */
export function ridge(args?: RidgeLayerArgs): RidgeLayer {
  return new RidgeLayer(args);
}

/** @see SimplexProjection */
export function simplexProjection(args?: SimplexProjectionArgs): SimplexProjection {
  return new SimplexProjection(args);
}

/** @see SoftRank */
export function softRank(args?: SoftOrderLayerArgs): SoftRank {
  return new SoftRank(args);
}

/** @see SoftSort */
export function softSort(args?: SoftOrderLayerArgs): SoftSort {
  return new SoftSort(args);
}

/** @see SparsemaxProjection */
export function sparsemax(args?: SparsemaxProjectionArgs): SparsemaxProjection {
  return new SparsemaxProjection(args);
}

/** @see SVMLayer */
export function svm(args?: SVMLayerArgs): SVMLayer {
  return new SVMLayer(args);
}

/** @see TopK */
export function topK(args: TopKArgs): TopK {
  return new TopK(args);
}

/** @see TransportLayer */
export function transport(args?: TransportLayerArgs): TransportLayer {
  return new TransportLayer(args);
}
