/** @file The layers as lower-case factories, as in `tf.layers`. */
import {BirkhoffLayer, type BirkhoffLayerArgs} from './birkhoff-layer.js';
import {ConicLayer, type ConicLayerArgs} from './conic-layer.js';
import {ConvexLayer, type ConvexLayerArgs} from './convex-layer.js';
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
import {SpectralDense, type SpectralDenseArgs} from './spectral-dense.js';
import {SVMLayer, type SVMLayerArgs} from './svm-layer.js';
import {TopK, type TopKArgs} from './top-k.js';
import {TransportLayer, type TransportLayerArgs} from './transport-layer.js';
import type {SoftOrderLayerArgs} from './base/soft-order-layer.js';

/**
 * A `BirkhoffLayer`: doubly stochastic matrices, soft permutations. Input and output [B, n, n].
 *
 * @see BirkhoffLayer
 */
export function birkhoff(args?: BirkhoffLayerArgs): BirkhoffLayer {
  return new BirkhoffLayer(args);
}

/**
 * A `ConicLayer`: argmin cᵀz subject to Ez + s = d with s in a product of cones. Input c [B, p], output z [B, p].
 *
 * @see ConicLayer
 */
export function conic(args: ConicLayerArgs): ConicLayer {
  return new ConicLayer(args);
}

/**
 * A `ConvexLayer`: the solution of a problem of `convex`. Inputs: parameters [B, …]; outputs: variables [B, …].
 *
 * @see ConvexLayer
 */
export function convex(args: ConvexLayerArgs): ConvexLayer {
  return new ConvexLayer(args);
}

/**
 * An `EntmaxLayer`: probabilities along an axis, with exact zeros for α > 1. Input and output [B, …].
 *
 * @see EntmaxLayer
 */
export function entmax(args?: EntmaxLayerArgs): EntmaxLayer {
  return new EntmaxLayer(args);
}

/**
 * A `FixedPointLayer`: z with z = T(z, x), where T is a trained cell. Input x [B, …], output [B, …stateShape].
 *
 * @see FixedPointLayer
 */
export function fixedPoint(args: FixedPointLayerArgs): FixedPointLayer {
  return new FixedPointLayer(args);
}

/**
 * An `IsotonicLayer`: the closest monotone vector along the last axis. Input and output [B, …, n].
 *
 * @see IsotonicLayer
 */
export function isotonic(args?: IsotonicLayerArgs): IsotonicLayer {
  return new IsotonicLayer(args);
}

/**
 * A `LassoLayer`: sparse codes of x in a learned dictionary. Input [B, n], output [B, units].
 *
 * @see LassoLayer
 */
export function lasso(args: LassoLayerArgs): LassoLayer {
  return new LassoLayer(args);
}

/**
 * A `LinearProgramLayer`: argmin pᵀx + ½ε‖x‖² subject to Gx ≤ h, Ax = b. Input p [B, d], output x [B, n].
 *
 * @see LinearProgramLayer
 */
export function linearProgram(args?: LinearProgramLayerArgs): LinearProgramLayer {
  return new LinearProgramLayer(args);
}

/**
 * An `OptNetQP`: a quadratic program whose learned constraints always have a feasible point. Input p [B, d], output x [B, n].
 *
 * @see OptNetQP
 */
export function optNetQP(args?: OptNetQPArgs): OptNetQP {
  return new OptNetQP(args);
}

/**
 * A `QPLayer`: argmin ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b. Input p [B, d], output x [B, n].
 *
 * @see QPLayer
 */
export function qp(args?: QPLayerArgs): QPLayer {
  return new QPLayer(args);
}

/**
 * A `RidgeLayer`: a ridge regression for each sample. Inputs X [B, m, p], Y [B, m, k] and points [B, q, p]; output: their scores [B, q, k].
 *
 * @see RidgeLayer
 */
export function ridge(args?: RidgeLayerArgs): RidgeLayer {
  return new RidgeLayer(args);
}

/**
 * A `SimplexProjection`: the closest non-negative entries with a given sum along an axis. Input and output [B, …].
 *
 * @see SimplexProjection
 */
export function simplexProjection(args?: SimplexProjectionArgs): SimplexProjection {
  return new SimplexProjection(args);
}

/**
 * A `SoftRank`: the softened rank, 1 … n, of each entry along the last axis. Input and output [B, …, n].
 *
 * @see SoftRank
 */
export function softRank(args?: SoftOrderLayerArgs): SoftRank {
  return new SoftRank(args);
}

/**
 * A `SoftSort`: the softened sorted input along the last axis. Input and output [B, …, n].
 *
 * @see SoftSort
 */
export function softSort(args?: SoftOrderLayerArgs): SoftSort {
  return new SoftSort(args);
}

/**
 * A `SparsemaxProjection`: probabilities along an axis, like softmax but with exact zeros. Input and output [B, …].
 *
 * @see SparsemaxProjection
 */
export function sparsemax(args?: SparsemaxProjectionArgs): SparsemaxProjection {
  return new SparsemaxProjection(args);
}

/**
 * A `SpectralDense`: a dense layer whose matrix has a bounded spectral norm. Input [B, …, n], output [B, …, units].
 *
 * @see SpectralDense
 */
export function spectralDense(args: SpectralDenseArgs): SpectralDense {
  return new SpectralDense(args);
}

/**
 * An `SVMLayer`: a multiclass support-vector machine for each sample. Inputs X [B, m, p], Y [B, m, k] and points [B, q, p]; output: their
 * scores [B, q, k].
 *
 * @see SVMLayer
 */
export function svm(args?: SVMLayerArgs): SVMLayer {
  return new SVMLayer(args);
}

/**
 * A `TopK`: a soft choice of the k largest entries along the last axis, numbers from 0 to 1. Input and output [B, …, n].
 *
 * @see TopK
 */
export function topK(args: TopKArgs): TopK {
  return new TopK(args);
}

/**
 * A `TransportLayer`: the plan of regularised optimal transport between two distributions. Input similarities [B, n, m], output [B, n, m].
 *
 * @see TransportLayer
 */
export function transport(args?: TransportLayerArgs): TransportLayer {
  return new TransportLayer(args);
}
