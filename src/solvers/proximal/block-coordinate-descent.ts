/** @file Block coordinate descent. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, renamed, type Names} from '../../checks/index.js';
import {offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {
  blockProximalGradient,
  gradientOf,
  ofBlock,
  type BlockOptions,
  type BlockProx,
  type Gradient,
} from '../../conditions/index.js';
import {packingOf, Status} from '../../implicit/index.js';
import {auto} from '../../linsolve/index.js';
import {FAR, firstScale} from '../iteration/first-scale.js';
import {IterativeSolver} from '../iteration/iterate.js';
import {withFun, type Minimization} from '../iteration/problem.js';
import {startWatch, withinRounding, zeroTest, type Watch} from '../iteration/stopping.js';
import {tolerancesOf} from '../iteration/tolerances.js';
import {SOLVER_OPTIONS, type Iteration, type SolverOptions} from '../iteration/types.js';
import {beside} from '../iteration/leaves.js';
import {searchStep} from './parts/step-search.js';

/** The parameters of `run`: those of the proximal operators, then those of the objective. */
export type BlockParams<P extends Parameter[] = tf.Tensor[]> = [proxParams: Parameter, ...params: P];

/** The smooth part as `fun` of the list of blocks, one value per sample or their sum, or as `gradient`; the other parts as their prox. */
export type BlockProblem<
  X extends tf.Tensor[] = tf.Tensor[],
  P extends Parameter[] = tf.Tensor[],
> = Minimization<X, P> & {
  /** The proximal operators of the blocks: one for all, or a list. */
  prox: BlockProx;
};

/** The options of `BlockCoordinateDescent`: those of every iterative solver, and the step size. */
export interface BlockCoordinateDescentOptions<
  X extends tf.Tensor[] = tf.Tensor[],
  P extends Parameter[] = tf.Tensor[],
> extends SolverOptions<X, BlockParams<P>> {
  /** η, one for all blocks or a list with one per block; 'search' finds one for each block, sample and step. Default 'search'. */
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
 * `run(init, proxParams, ...params)` returns {x, state}: x is a list of tensors, one per block; an iteration is a pass over all
 * blocks. A sample is solved if the move of each entry in a pass, divided by η, is within the tolerance relative to the terms of
 * its gradient. The default condition is `conditions.blockProximalGradient`. Defaults: at most 500 passes, tolerance 1e-6.
 *
 * @see Tseng & Yun 2009; Blondel et al. 2022 (arXiv 2105.15183), equation 15.
 */
export class BlockCoordinateDescent<
  X extends tf.Tensor[] = tf.Tensor[],
  P extends Parameter[] = tf.Tensor[],
> extends IterativeSolver<X, BlockParams<P>> {
  constructor(problem: BlockProblem<X, P>, given: BlockCoordinateDescentOptions<X, P> = {}) {
    const className = 'BlockCoordinateDescent';
    const entries = withFun<X, P, typeof problem>(className, problem);
    const {fun, prox} = checkOptions(className, entries, {fun: 1, prox: 1}, 'entry');
    const {stepSize = 'search', ...options} = checkOptions(
      className,
      renamed(className, given, {stepSizes: 'stepSize'}),
      NAMES,
    );
    const gradient = gradientOf(fun, 'BlockCoordinateDescent: fun') as unknown as Gradient<tf.Tensor[], P>;
    const {batched = true} = options;
    type Memory = {etas: tf.Tensor[]; far: tf.Tensor; watch: Watch};
    const accuracy = tolerancesOf('BlockCoordinateDescent', options);
    const rowsOf = (x: tf.Tensor[]) => packingOf(x, batched).pack(x);
    const largestStep = (etas: tf.Tensor[], slopes: tf.Tensor[]) =>
      etas
        .map((eta, j) => tf.mul(eta, tf.max(tf.abs(packingOf([slopes[j]], batched).pack([slopes[j]])), 1)))
        .reduce((a, b) => tf.maximum(a, b));
    const iteration: Iteration<tf.Tensor[], BlockParams<P>> = {
      start: (x: tf.Tensor[], _proxParams: Parameter, ...params: P): Structure =>
        offTape(() => {
          const rows = rowsOf(x);
          const slopes = gradient(x, ...params);
          // Each block has its own curvature, so the others are kept fixed.
          const etas = x.map((block, j) => {
            const packing = packingOf([block], batched);
            const at = (there: tf.Tensor) => {
              const others = x.map((other, i) => (i === j ? packing.unpack(there)[0] : other));
              return packing.pack([gradient(others, ...params)[j]]);
            };
            const {x: length, gradient: size} = firstScale(
              packing.pack([block]),
              packing.pack([slopes[j]]),
              at,
            );
            return tf.reshape(stepSize === 'search' ? tf.div(length, size) : tf.onesLike(size), [-1]);
          });
          const far = tf.mul(FAR, tf.add(tf.max(tf.abs(rows), 1), largestStep(etas, slopes)));
          return {etas, far, watch: startWatch(rows)} as unknown as tf.TensorContainerObject;
        }) as unknown as Structure,
      renew: (x: tf.Tensor[], memory: Structure, ..._params: BlockParams<P>): Structure => ({
        ...(memory as Memory),
        watch: startWatch(rowsOf(x)),
      }),
      step(x, memory, proxParams, ...params) {
        const {etas: before, far, watch: watched} = memory as Memory;
        const current = [...x];
        const etas: tf.Tensor[] = [];
        const used: (number | tf.Tensor)[] = [];
        x.forEach((block, j) => {
          const slope = gradient(current, ...params)[j];
          const move = (eta: number | tf.Tensor) =>
            ofBlock(prox, j)(tf.sub(block, tf.mul(eta, slope)), ofBlock(proxParams as Parameter[], j), eta);
          if (stepSize !== 'search') {
            etas.push(before[j]);
            used.push(ofBlock(stepSize, j));
            current[j] = move(ofBlock(stepSize, j));
            return;
          }
          const {eta, next} = searchStep(before[j], batched, (trial) => {
            const candidate = move(beside(trial, block, batched));
            const others = current.map((other, i) => (i === j ? candidate : other));
            const bend = tf.sub(gradient(others, ...params)[j], slope);
            return {from: block, change: tf.sub(candidate, block), bend};
          });
          etas.push(next);
          used.push(beside(eta, block, batched));
          current[j] = move(beside(eta, block, batched));
        });
        const {residual, watch, verdict} = offTape(() => {
          const packing = packingOf(x, batched);
          const rows = packing.pack(x);
          const moves = current.map((block, j) => tf.sub(block, x[j]));
          const step = packing.pack(moves);
          const at = (there: tf.Tensor) => packing.pack(gradient(packing.restore(x, there), ...params));
          const rest = packing.pack(moves.map((move, j) => tf.div(move, used[j])));
          const place = {x: rows, value: at(rows), at, step, rest, stuck: withinRounding(step, rows)};
          const away = tf.greater(tf.max(tf.abs(packing.pack(current)), 1), far);
          const code = stepSize === 'search' ? Status.DUAL_INFEASIBLE : 0;
          const verdict = tf.mul(code, tf.cast(away, 'float32'));
          return {...zeroTest(place, watched, accuracy), verdict} as unknown as tf.TensorContainerObject;
        }) as unknown as ReturnType<typeof zeroTest> & {verdict: tf.Tensor};
        const details = () => ({
          value: typeof fun === 'function' ? fun(x as X, ...params) : undefined,
        });
        return {x: current, memory: {etas, far, watch}, residual, verdict, details};
      },
    };
    super(
      'BlockCoordinateDescent',
      // The result has as many blocks as the input.
      iteration as unknown as Iteration<X, BlockParams<P>>,
      blockProximalGradient<X, P>({gradient: gradient as unknown as Gradient<X, P>}, prox, {
        stepSize: stepSize === 'search' ? 1 : stepSize,
      }),
      {...options, linsolve: options.linsolve ?? auto()},
    );
  }
}
