/** @file The block-wise proximal-gradient fixed point. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, renamed, type Names} from '../checks/index.js';
import type {Parameter} from '../autodiff/index.js';
import {fixedPointResidual, type FixedPointMap} from '../implicit/index.js';
import {gradientOf, type Differentiable} from './objective.js';
import type {FixedPointCondition} from './proximal-gradient.js';

/** The options of `conditions.blockProximalGradient`. */
export interface BlockOptions {
  /** One step size for all blocks, or a list with one per block: numbers or tensors that broadcast with the block. Default 1. */
  stepSize?: number | tf.Tensor | readonly (number | tf.Tensor)[] | undefined;
  /** @deprecated It is `stepSize` now. */
  stepSizes?: BlockOptions['stepSize'] | undefined;
}

/** The proximal operators of the blocks: one for all, or a list. */
export type BlockProx = BlockProxOf | readonly BlockProxOf[];

/** A proximal operator with any parameters; the caller of `run` must pass matching ones. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type BlockProxOf = (y: tf.Tensor, params: any, scaling?: number | tf.Tensor) => tf.Tensor;

/** Entry j of what may be one for all. */
export function ofBlock<T>(all: T | readonly T[], j: number): T {
  return Array.isArray(all) ? (all as readonly T[])[j] : (all as T);
}

const NAMES: Names<Omit<BlockOptions, 'stepSizes'>> = {stepSize: 0};

/**
 * F = T − x with [T]ⱼ = prox_{ηⱼgⱼ}(xⱼ − ηⱼ[∇₁f(x, ...params)]ⱼ, proxParams[j]), zero at a minimum of f + Σ gⱼ: x is a list of
 * blocks.
 *
 * The parameters of the condition are (proxParams, ...params); proxParams is a list with one entry per block, or one value for
 * all.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 15.
 */
export function blockProximalGradient<
  X extends tf.Tensor[] = tf.Tensor[],
  P extends Parameter[] = tf.Tensor[],
>(
  objective: Differentiable<X, P>,
  prox: BlockProx,
  options: BlockOptions = {},
): FixedPointCondition<X, [proxParams: Parameter, ...params: P]> {
  const caller = 'conditions.blockProximalGradient';
  const given = renamed(caller, options, {stepSizes: 'stepSize'});
  const {stepSize = 1} = checkOptions(caller, given, NAMES);
  const gradient = gradientOf(objective, `${caller}: the objective`);
  const map: FixedPointMap<X, [proxParams: Parameter, ...params: P]> = (x, proxParams, ...params) =>
    tf.tidy(() => {
      const slopes = gradient(x, ...params);
      return x.map((block, j) => {
        const eta = ofBlock(stepSize, j);
        const moved = tf.sub(block, tf.mul(eta, slopes[j]));
        return ofBlock(prox, j)(moved, ofBlock(proxParams as Parameter[], j), eta);
      }) as X;
    });
  return Object.assign(fixedPointResidual(map), {map});
}
