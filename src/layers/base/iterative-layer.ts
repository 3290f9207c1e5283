/** @file The common part of the layers with an iterative solver: its options, the warm start, and samples that fail. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction} from '../../checks/index.js';
import {offTape} from '../../autodiff/index.js';
import {Status} from '../../implicit/index.js';
import type {LinearSolver, LinearSolverConfig} from '../../linsolve/index.js';
import {
  ON_FAILURE,
  reportFailures,
  type IterationState,
  type OnFailure,
  type ReportOptions,
  type SolverOptions,
} from '../../solvers/index.js';
import {finiteRows} from './rows.js';
import {keepSamples} from '../../solvers/index.js';
import {
  asLinearSolver,
  checkChoice,
  checkFlag,
  checkNumber,
  linearSolverConfig,
  type LayerArgs,
} from './arguments.js';
import {SolverLayer} from './solver-layer.js';
import {WarmStart} from './warm-start.js';

/** `onIteration` and `verbose` are not saved with a model. */
export interface IterativeLayerArgs extends LayerArgs, ReportOptions {
  /** A sample is solved at ‖T(z) − z‖ ≤ tolerance·(1 + ‖z‖), T the solver's step. Default 1e-6. */
  tolerance?: number | undefined;
  /** The largest number of iterations. Default 100, for `LassoLayer` 2000. */
  maxIterations?: number | undefined;
  /** When samples fail: 'warn' (default), 'throw' or 'ignore'. */
  onFailure?: OnFailure | undefined;
  /** The linear solver of the gradient. Default `linsolve.auto()`, for LassoLayer `linsolve.support()`. */
  linsolve?: LinearSolver | LinearSolverConfig | undefined;
  /** Start at the solutions of the previous call. Useful if the same samples come again in the same order. Default false. */
  warmStart?: boolean | undefined;
}

const OWN = ['tolerance', 'maxIterations', 'onFailure', 'linsolve', 'warmStart', 'onIteration', 'verbose'];

const REASONS: Record<number, string> = {
  [Status.ITERATION_LIMIT]:
    'stopped at the iteration limit, so the output and the gradient are inexact (raise maxIterations or tolerance; a fixed ' +
    'point is only found if the cell is a contraction: start with smaller weights, or use a smaller learning rate)',
  [Status.NUMERICAL_ERROR]: 'became NaN or infinite (check whether weights have become too large)',
  [Status.INVALID_INPUT]: 'has NaN or infinity in its input',
};

export abstract class IterativeLayer extends SolverLayer {
  private readonly settings: Omit<SolverOptions, 'condition'>;
  protected override readonly inputNames: readonly string[] = ['x'];
  private readonly onFailure: OnFailure;
  private readonly warmStart: WarmStart<'z'>;

  constructor(className: string, args: IterativeLayerArgs, own: readonly string[], maxIterations: number) {
    super(className, args, [...own, ...OWN]);
    this.onFailure = checkChoice(className, 'onFailure', args.onFailure ?? 'warn', ON_FAILURE);
    this.settings = {
      tolerance: checkNumber(className, 'tolerance', args.tolerance ?? 1e-6, 0),
      maxIterations: checkNumber(className, 'maxIterations', args.maxIterations ?? maxIterations, 1, true),
      linsolve: asLinearSolver(args.linsolve),
      onFailure: this.onFailure,
      verbose: checkFlag(className, 'verbose', args.verbose ?? false),
      onIteration: args.onIteration ?? undefined,
    };
    if (args.onIteration != null) checkFunction(className, 'onIteration', args.onIteration);
    this.warmStart = new WarmStart(checkFlag(className, 'warmStart', args.warmStart ?? false));
  }

  /** The options of the solver in this call. */
  protected get options(): Omit<SolverOptions, 'condition'> {
    return {...this.settings, onGradient: this.rememberGradient};
  }

  /**
   * Solves for the layer's output and notes how it went.
   *
   * A sample with NaN in its input, or that becomes NaN, gets zeros and a zero gradient: NaN must not reach the gradients of the weights,
   * which all samples share.
   *
   * @param sizes The shape of the output without the batch axis.
   */
  protected solveBy(
    [given]: tf.Tensor[],
    sizes: number[],
    run: (init: tf.Tensor, x: tf.Tensor) => {x: tf.Tensor; state: IterationState},
  ): tf.Tensor {
    const valid = finiteRows([given]);
    const shape = [given.shape[0], ...sizes];
    const init = this.warmStart.take(given.shape[0])?.z ?? tf.zeros(shape);
    const x = keepSamples(valid, given);
    const {x: z, state} = run(init, x);
    const invalid = offTape(() => tf.cast(tf.sub(1, valid), 'int32'));
    const status = offTape(() =>
      tf.maximum(state.status, tf.mul(invalid, tf.scalar(Status.INVALID_INPUT, 'int32'))),
    );
    const weaklyActive = offTape(() => this.kinks(x, z));
    this.remember({...state, status, weaklyActive});
    const where = `${this.getClassName()} '${this.name}'`;
    const reason = (code: number) => REASONS[code];
    const consequence = 'If nothing finite was found, the output and its gradient are zero.';
    reportFailures({where, codes: this.statusCodes(), reason, consequence}, this.onFailure);
    this.warmStart.keep({z});
    return keepSamples(valid, z);
  }

  /** Where the output has a kink, [B, …]; nothing if it is smooth. */
  protected kinks(_x: tf.Tensor, z: tf.Tensor): tf.Tensor {
    return tf.zeros([z.shape[0], 0], 'bool');
  }

  /** Frees the weights, and the tensors kept for a warm start. */
  override dispose(): ReturnType<SolverLayer['dispose']> {
    this.warmStart.dispose();
    return super.dispose();
  }

  /** The arguments of an equal layer, for a saved model. */
  override getConfig(): tf.serialization.ConfigDict {
    const {tolerance, maxIterations, linsolve} = this.settings;
    return {
      ...super.getConfig(),
      tolerance: tolerance!,
      maxIterations: maxIterations!,
      onFailure: this.onFailure,
      linsolve: linearSolverConfig(linsolve),
      warmStart: this.warmStart.enabled,
    };
  }
}
