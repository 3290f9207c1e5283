/** @file Block coordinate descent. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import type {Parameter, Structure} from '../autodiff/index.js';
import {
  blockProximalGradient,
  gradientOf,
  ofBlock,
  type BlockOptions,
  type BlockProx,
  type Differentiable,
} from '../conditions/index.js';
import {auto} from '../linsolve/index.js';
import {IterativeSolver} from './iterate.js';
import {beside} from './leaves.js';
import {searchStep} from './proximal-iteration.js';
import {SOLVER_OPTIONS, type SolverOptions} from './types.js';

export interface BlockProblem<P extends Parameter[]> {
  /** The smooth part f(x, ...params) of the list x of blocks, one value a sample or their sum; or `{gradient}`. */
  fun: Differentiable<tf.Tensor[], P>;
  /** The proximal operators of the blocks: one for all, or a list. */
  prox: BlockProx;
}

export interface BlockCoordinateDescentOptions<P extends Parameter[]> extends SolverOptions<
  tf.Tensor[],
  [Parameter, ...P]
> {
  /** η of each block, or 'search' for one a block, sample and step. Default 'search'. */
  stepSizes?: BlockOptions['stepSizes'] | 'search';
}

const NAMES: Names<BlockCoordinateDescentOptions<Parameter[]>> = {...SOLVER_OPTIONS, stepSizes: 0};

/**
 * min_x f(x, ...params) + Σ gⱼ(xⱼ; proxParams[j]): one block after the other, xⱼ ← prox_{ηⱼgⱼ}(xⱼ − ηⱼ[∇f(x)]ⱼ), each with the
 * latest of the others.
 *
 * `run(init, proxParams, ...params)` returns {x, state}: x is a list of tensors, one a block; an iteration is a pass over all. Solved
 * when no block of a pass moves by more than the tolerance, in units of a step of at least its own size. The default condition is
 * `conditions.blockProximalGradient`.
 *
 * @see Tseng & Yun 2009; Blondel et al. 2022 (arXiv 2105.15183), equation 15.
 */
export class BlockCoordinateDescent<P extends Parameter[] = Parameter[]> extends IterativeSolver<
  tf.Tensor[],
  [Parameter, ...P]
> {
  constructor(problem: BlockProblem<P>, given: BlockCoordinateDescentOptions<P> = {}) {
    const {fun, prox} = checkOptions('BlockCoordinateDescent', problem, {fun: 1, prox: 1}, 'entry');
    const {stepSizes = 'search', ...options} = checkOptions('BlockCoordinateDescent', given, NAMES);
    const gradient = gradientOf(fun, 'BlockCoordinateDescent: fun');
    const {batched = true} = options;
    const samples = (x: tf.Tensor[]) => (batched ? x[0].shape[0] : 1);
    super(
      'BlockCoordinateDescent',
      {
        start: (x: tf.Tensor[], ..._params: [Parameter, ...P]): Structure =>
          x.map(() => tf.ones([samples(x)])),
        step(x, memory, proxParams, ...params) {
          const before = memory as tf.Tensor[];
          const current = [...x];
          const etas: tf.Tensor[] = [];
          x.forEach((block, j) => {
            const slope = gradient(current, ...params)[j];
            const move = (eta: number | tf.Tensor) =>
              ofBlock(prox, j)(tf.sub(block, tf.mul(eta, slope)), ofBlock(proxParams as Parameter[], j), eta);
            if (stepSizes !== 'search') {
              etas.push(before[j]);
              current[j] = move(ofBlock(stepSizes, j));
              return;
            }
            const eta = searchStep(before[j], batched, (trial) => {
              const candidate = move(beside(trial, block, batched));
              const others = current.map((other, i) => (i === j ? candidate : other));
              const bend = tf.sub(gradient(others, ...params)[j], slope);
              return {change: tf.sub(candidate, block), bend};
            });
            etas.push(eta);
            current[j] = move(beside(eta, block, batched));
          });
          const residual = current.map((block, j) => {
            const change = tf.sub(block, x[j]);
            // A short step is no sign of a solution.
            return stepSizes === 'search'
              ? tf.div(change, tf.minimum(beside(etas[j], block, batched), 1))
              : change;
          });
          return {x: current, memory: etas, residual};
        },
      },
      blockProximalGradient<P>({gradient}, prox, {stepSizes: stepSizes === 'search' ? 1 : stepSizes}),
      {...options, linsolve: options.linsolve ?? auto()},
    );
  }
}
