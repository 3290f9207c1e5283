/** @file The block-wise proximal-gradient fixed point. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, renamed, type Names} from '../checks/index.js';
import {offTape, type Parameter} from '../autodiff/index.js';
import {fixedPointResidual, type FixedPointMap} from '../implicit/index.js';
import {gradientOf, type Differentiable} from './objective.js';
import type {FixedPointCondition} from './proximal-gradient.js';
import {blockSteps, rowsOf, structureOf, type ProductForm} from './structured.js';

/** The options of `conditions.blockProximalGradient`. */
export interface BlockOptions {
  /**
   * One step size for all blocks, or a list with one per block: numbers or tensors that broadcast with the block. Default 1; for an
   * objective with a structure, the smallest of its 1/L_j, and a given one is a number.
   */
  stepSize?: number | tf.Tensor | readonly (number | tf.Tensor)[] | undefined;
  /** @deprecated It is `stepSize` now. */
  stepSizes?: BlockOptions['stepSize'] | undefined;
}

/** The proximal operators of the blocks: one for all, or a list. */
export type BlockProx = BlockProxOf | readonly BlockProxOf[];

/** A proximal operator whose parameters have any type; the caller of `run` must pass matching ones. */
export type BlockProxOf = (y: tf.Tensor, params: never, scaling?: number | tf.Tensor) => tf.Tensor;

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
 * all. For an objective with a structure (`objectives`), x is one tensor, whose entries or rows are the blocks; then prox and proxParams are
 * those of every block.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 15.
 */
export function blockProximalGradient<
  X extends tf.Tensor | tf.Tensor[] = tf.Tensor[],
  P extends Parameter[] = tf.Tensor[],
>(
  objective: Differentiable<X, P>,
  prox: BlockProx,
  options: BlockOptions = {},
): FixedPointCondition<X, [proxParams: Parameter, ...params: P]> {
  const caller = 'conditions.blockProximalGradient';
  const given = renamed(caller, options, {stepSizes: 'stepSize'});
  const {stepSize} = checkOptions(caller, given, NAMES);
  const gradient = gradientOf(objective, `${caller}: the objective`);
  const structure = structureOf<P>(objective);
  type Map = FixedPointMap<X, [proxParams: Parameter, ...params: P]>;
  const map: Map = structure
    ? (rowMap(caller, structure, gradient as never, prox, stepSize) as unknown as Map)
    : (x, proxParams, ...params) =>
        tf.tidy(() => {
          const slopes = gradient(x, ...params);
          return (x as tf.Tensor[]).map((block, j) => {
            const eta = ofBlock(stepSize ?? 1, j);
            const moved = tf.sub(block, tf.mul(eta, (slopes as tf.Tensor[])[j]));
            return ofBlock(prox, j)(moved, ofBlock(proxParams as never[], j), eta);
          }) as X;
        });
  return Object.assign(fixedPointResidual(map), {map});
}

/** T for an objective with a structure: the same step size for all blocks. */
function rowMap<P extends Parameter[]>(
  caller: string,
  structure: ProductForm<P>,
  gradient: (x: tf.Tensor, ...params: P) => tf.Tensor,
  given: BlockProx,
  stepSize: BlockOptions['stepSize'],
): (x: tf.Tensor, proxParams: Parameter, ...params: P) => tf.Tensor {
  const {prox, step} = forAllBlocks(caller, given, stepSize);
  return (x, proxParams, ...params) =>
    tf.tidy(() => {
      const {rows} = rowsOf(structure, x);
      const eta = step ?? offTape(() => tf.min(blockSteps(structure, rows, params)));
      const moved = tf.sub(x, tf.mul(eta, gradient(x, ...params)));
      return tf.reshape(prox(tf.reshape(moved, [-1, rows.shape[2]]), proxParams as never, eta), x.shape);
    });
}

/** The proximal operator and the step size that every block has. @throws If there is a list of them. */
export function forAllBlocks(
  where: string,
  prox: BlockProx,
  stepSize: BlockOptions['stepSize'],
): {prox: BlockProxOf; step: number | undefined} {
  if (typeof prox !== 'function') {
    throw new Error(`${where}: an objective with a structure needs one prox for all blocks, not a list.`);
  }
  if (stepSize !== undefined && typeof stepSize !== 'number') {
    throw new Error(`${where}: with a structured objective, stepSize must be a number for all blocks.`);
  }
  return {prox, step: stepSize};
}
