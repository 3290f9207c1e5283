/** @file Block coordinate descent. */
import type * as tf from '@tensorflow/tfjs-core';
import {checkOptions, renamed, type Names} from '../../checks/index.js';
import type {Parameter} from '../../autodiff/index.js';
import {
  blockProximalGradient,
  forAllBlocks,
  gradientOf,
  structureOf,
  type BlockOptions,
  type BlockProx,
  type Differentiable,
  type StructuredObjective,
} from '../../conditions/index.js';
import {auto} from '../../linsolve/index.js';
import {IterativeSolver} from '../iteration/iterate.js';
import {objectiveAfterFirst, withFun, type Minimization} from '../iteration/problem.js';
import {tolerancesOf} from '../iteration/tolerances.js';
import {SOLVER_OPTIONS, type Iteration, type SolverOptions} from '../iteration/types.js';
import {blockIteration} from './parts/block-iteration.js';
import {rowIteration} from './parts/row-iteration.js';

/** The parameters of `run`: those of the proximal operators, then those of the objective. */
export type BlockParams<P extends Parameter[] = tf.Tensor[]> = [proxParams: Parameter, ...params: P];

/**
 * The smooth part as `fun` of the list of blocks (one value per sample or their sum), as `gradient`, or as one of `objectives`; the other parts
 * as their prox.
 */
export type BlockProblem<
  X extends tf.Tensor | tf.Tensor[] = tf.Tensor[],
  P extends Parameter[] = tf.Tensor[],
> = Minimization<X, P> & {
  /** The proximal operators of the blocks: one for all, or a list. */
  prox: BlockProx;
};

/** The options of `BlockCoordinateDescent`: those of every iterative solver, and the step size. */
export interface BlockCoordinateDescentOptions<
  X extends tf.Tensor | tf.Tensor[] = tf.Tensor[],
  P extends Parameter[] = tf.Tensor[],
> extends SolverOptions<X, BlockParams<P>> {
  /**
   * η, one for all blocks or a list with one per block; 'search' finds one for each block, sample and step. For an objective with a structure
   * it is one number, or 'search' for 1/L_j. Default 'search'.
   */
  stepSize?: BlockOptions['stepSize'] | 'search' | undefined;
  /** @deprecated It is `stepSize` now. */
  stepSizes?: BlockOptions['stepSize'] | 'search' | undefined;
}

const NAMES: Names<Omit<BlockCoordinateDescentOptions<tf.Tensor[], Parameter[]>, 'stepSizes'>> = {
  ...SOLVER_OPTIONS,
  stepSize: 0,
};

/**
 * min_x f(x, ...params) + Σ gⱼ(xⱼ; proxParams[j]): one block after the other, xⱼ ← prox_{ηⱼgⱼ}(xⱼ − ηⱼ[∇f(x)]ⱼ), each with the
 * latest of the others.
 *
 * With an objective of `objectives`, x is one tensor: its rows [k] of [B, n, k] are the blocks, or its entries of [B, n]. prox gets rows
 * [·, k], and proxParams are the same for every block and sample. The product A x is kept up to date, so that a block costs one column
 * of A, and its step size is 1/L_j.
 *
 * `run(init, proxParams, ...params)` returns {x, state}: x is a list of tensors, one per block; an iteration is a pass over all
 * blocks. A sample is solved if the move of each entry in a pass, divided by η, is within the tolerance relative to the terms of
 * its gradient. The default condition is `conditions.blockProximalGradient`. Defaults: at most 500 passes, tolerance 1e-6.
 *
 * @see Tseng & Yun 2009; Blondel et al. 2022 (arXiv 2105.15183), equation 15.
 */
export class BlockCoordinateDescent<
  X extends tf.Tensor | tf.Tensor[] = tf.Tensor[],
  P extends Parameter[] = tf.Tensor[],
> extends IterativeSolver<X, BlockParams<P>> {
  constructor(problem: BlockProblem<X, P>, chosen: BlockCoordinateDescentOptions<X, P> = {}) {
    const className = 'BlockCoordinateDescent';
    const entries = withFun<X, P, typeof problem>(className, problem);
    const {fun, prox} = checkOptions(className, entries, {fun: 1, prox: 1}, 'entry');
    const {stepSize = 'search', ...options} = checkOptions(
      className,
      renamed(className, chosen, {stepSizes: 'stepSize'}),
      NAMES,
    );
    const {batched = true} = options;
    const settings = {batched, accuracy: tolerancesOf(className, options)};
    const structured = structureOf<P>(fun) !== null;
    const given = stepSize === 'search' ? undefined : stepSize;
    const gradient = gradientOf(fun, `${className}: fun`);
    // The result has as many blocks as the input.
    const iteration = (structured
      ? rowIteration(fun as unknown as StructuredObjective<P>, forAllBlocks(className, prox, given), settings)
      : blockIteration(
          fun as unknown as Differentiable<tf.Tensor[], P>,
          {prox, stepSize},
          settings,
        )) as unknown as Iteration<X, BlockParams<P>>;
    super(
      className,
      iteration,
      blockProximalGradient<X, P>(structured ? fun : {gradient}, prox, {
        stepSize: structured ? given : (given ?? 1),
      }),
      {...options, linsolve: options.linsolve ?? auto(), objective: objectiveAfterFirst(fun)},
    );
  }
}
