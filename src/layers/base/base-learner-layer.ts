/** @file The common part of the layers that fit a linear model to each sample, where a sample is a data set. */
import * as tf from '@tensorflow/tfjs-core';
import {initializers, type Shape} from '@tensorflow/tfjs-layers';
import {offTape} from '../../autodiff/index.js';
import {Status} from '../../implicit/index.js';
import {keepSamples, reportFailures, type OnFailure} from '../../solvers/index.js';
import {finiteRows} from './rows.js';
import {checkFlag, checkNumber, type LayerArgs} from './arguments.js';
import {shapeList} from './inputs.js';
import {SolverLayer} from './solver-layer.js';

/** The arguments that `RidgeLayer` and `SVMLayer` share, in addition to those of every Keras layer. */
export interface BaseLearnerArgs extends LayerArgs {
  /** λ > 0, the weight of the squared norm; its initial value if it is learned. Default 1. */
  l2?: number | undefined;
  /** Whether λ is learned, through its logarithm. Default true. */
  learnL2?: boolean | undefined;
  /** Whether points to score are a third input. Default true; without them the output is the model itself. */
  query?: boolean | undefined;
}

/** A fitted model, [B, p, k], and how the fit went, each [B]. */
export interface FittedModel {
  /** W, [B, p, k]: a column of p weights for each of the k outputs. */
  weights: tf.Tensor;
  /** Shape [B]: the codes of `Status`, 0 for each sample that was fitted. */
  status: tf.Tensor;
  /** Shape [B]: iterations that the fit took; 1 for a direct solve. */
  iterations: tf.Tensor;
  /** Shape [B]: the largest relative error of the solved problem; 0 for a direct solve. */
  residual: tf.Tensor;
}

export abstract class BaseLearnerLayer extends SolverLayer {
  private readonly l2: number;
  private readonly learnL2: boolean;
  private readonly query: boolean;
  private logL2: ReturnType<SolverLayer['addWeight']> | null = null;

  constructor(className: string, args: BaseLearnerArgs, own: readonly string[] = []) {
    super(className, args, ['l2', 'learnL2', 'query', ...own]);
    this.l2 = checkNumber(className, 'l2', args.l2 ?? 1, Number.MIN_VALUE);
    this.learnL2 = checkFlag(className, 'learnL2', args.learnL2 ?? true);
    this.query = checkFlag(className, 'query', args.query ?? true);
  }

  protected override get inputNames(): readonly string[] {
    return this.query ? ['X', 'Y', 'query'] : ['X', 'Y'];
  }

  /** Checks the shapes X [B, m, p], Y [B, m, k] and query [B, q, p], and makes the weight `logL2` if λ is learned. */
  override build(inputShape: Shape | Shape[]): void {
    const shapes = shapeList(inputShape);
    const [X, Y, Q] = shapes;
    const fits =
      shapes.length === this.inputNames.length &&
      shapes.every(({length}) => length === 3) &&
      X[1] === Y[1] &&
      (!Q || Q[2] === X[2]);
    if (!fits) {
      throw new Error(
        `${this.getClassName()}: the inputs must be X [B, m, p], Y [B, m, k]${this.query ? ', query [B, q, p]' : ''}; ` +
          `got ${shapes.map((shape) => `[${shape}]`).join(', ')}.`,
      );
    }
    if (this.learnL2) {
      const initializer = initializers.constant({value: Math.log(this.l2)});
      this.logL2 = this.addWeight('logL2', [1], 'float32', initializer, undefined, true);
    }
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [X, Y, Q] = shapeList(inputShape);
    return Q ? [X[0], Q[1], Y[2]] : [X[0], X[2], Y[2]];
  }

  protected override solve(given: tf.Tensor[]): tf.Tensor {
    const l2 = this.logL2 ? tf.exp(this.logL2.read()) : tf.tensor1d([this.l2]);
    const valid = this.usable(given, l2);
    const [X, Y, points] = given.map((input) => keepSamples(valid, input));
    const {weights, status, ...report} = this.fit(X, Y, l2);
    const codes = offTape(() =>
      tf.where(
        tf.cast(valid, 'bool'),
        tf.cast(status, 'float32'),
        tf.fill(valid.shape, Status.INVALID_INPUT),
      ),
    );
    this.remember({status: codes, ...report});
    // `fit` has already reported the samples that it could not solve.
    const invalid = this.statusCodes().map((code) =>
      code === Status.INVALID_INPUT ? Status.INVALID_INPUT : Status.SOLVED,
    );
    reportFailures(
      {
        where: `${this.getClassName()} '${this.name}'`,
        codes: invalid,
        reason: () => this.whyInvalid,
        consequence: 'Its output and gradient are zero.',
        what: 'data set',
      },
      this.whenInvalid,
    );
    return keepSamples(valid, points ? tf.matMul(points, weights) : weights);
  }

  /** 1 for a sample that can be fitted, otherwise 0: [B]. */
  protected usable(given: readonly tf.Tensor[], _l2: tf.Tensor): tf.Tensor {
    return finiteRows(given);
  }

  /** What is wrong with a sample that cannot be fitted. */
  protected get whyInvalid(): string {
    return 'has NaN or infinity in its input';
  }

  /** What to do if a data set has a number that is not finite. Default 'warn'. */
  protected get whenInvalid(): OnFailure {
    return 'warn';
  }

  /** The model of each data set; `l2` has the shape [1]. */
  protected abstract fit(X: tf.Tensor, Y: tf.Tensor, l2: tf.Tensor): FittedModel;

  /** The arguments of an equal layer, for a saved model. */
  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), l2: this.l2, learnL2: this.learnL2, query: this.query};
  }
}
