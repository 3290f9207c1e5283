/** @file A deep-equilibrium layer: the fixed point of a cell. */
import * as tf from '@tensorflow/tfjs-core';
import {layers, type Shape} from '@tensorflow/tfjs-layers';
import {asFloat, belongingTo} from '../autodiff/index.js';
import {jacobianPenalty} from '../losses/index.js';
import {AndersonAcceleration, FixedPointIteration, keepSamples} from '../solvers/index.js';
import {cellOf, checkNames, outputShapeOf, prefixed, type SavedCell} from './base/cell.js';
import {checkNoise, freezeDropout} from './base/frozen-noise.js';
import {checkCount, shapeList} from './base/inputs.js';
import {IterativeLayer, type IterativeLayerArgs} from './base/iterative-layer.js';
import {checkChoice, checkNumber} from './base/arguments.js';
import {finiteRows} from './base/rows.js';

type Layer = layers.Layer;

/** The arguments of `FixedPointLayer`: the cell, and how its fixed point is found. */
export interface FixedPointLayerArgs extends IterativeLayerArgs {
  /** A layer or model of two inputs [z, x] whose output is shaped like z. Its weights are trained. */
  cell: Layer | SavedCell;
  /** The shape of z without the batch axis. Default: the first input of a model, else the shape of x. */
  stateShape?: number[] | undefined;
  /** The method that finds the fixed point. Default 'anderson'. */
  solver?: 'anderson' | 'iteration' | undefined;
  /** How many differences Anderson acceleration combines. Default 5. */
  historySize?: number | undefined;
  /**
   * γ ≥ 0. `fit` adds γ · mean ‖∂T/∂z‖²_F to the loss, taken at the fixed points and estimated with random signs
   * (`losses.jacobianPenalty`): it keeps the cell from becoming so steep that the solver no longer finds its fixed point. Default 0.
   */
  jacobianPenalty?: number | undefined;
  /** An integer ≥ 0, from which the random signs follow: each call draws others, in every run the same. Default: others in every run. */
  seed?: number | undefined;
  /**
   * The prefix of the names of the cell's weights in a file. 'layer': this layer's name, so that two cells of a model may contain layers
   * with equal names. 'cell': no prefix, the names in the cell itself, as in earlier versions. Default 'layer'; for a cell from a config
   * without this entry, 'cell'.
   */
  weightNames?: 'layer' | 'cell' | undefined;
}

const OWN = ['cell', 'stateShape', 'solver', 'historySize', 'jacobianPenalty', 'seed', 'weightNames'];
const WEIGHT_NAMES = ['layer', 'cell'] as const;

/** T, with the weights that the cell has now and the dropout of one call. */
type Step = (z: tf.Tensor, x: tf.Tensor) => tf.Tensor;

/** The input, output and map of a call. */
type Call = {x: tf.Tensor; z: tf.Tensor; step: Step};

/** More differences than this only cost time. */
const MAX_HISTORY = 64;

/** The layer that uses each cell: two layers cannot use the same cell. */
const owners = new WeakMap<object, FixedPointLayer>();

/**
 * z* = T(z*, x), where T is the cell: input x [B, …], output z* [B, …stateShape]. z starts at zero.
 *
 * The gradient of x and of the cell's weights comes from one linear solve at z*, for any number of iterations. It is only as accurate as
 * the fixed point (see `diagnostics`). Dropout in the cell is frozen during a solve; batch normalisation in training mode couples the
 * samples and is not accepted.
 *
 * @throws If the cell's output is not shaped like z, another layer already uses the cell, or its noise cannot be frozen.
 * @see Bai, Kolter & Koltun 2019 (arXiv 1909.01377); Blondel et al. 2022 (arXiv 2105.15183), equation 3.
 */
export class FixedPointLayer extends IterativeLayer {
  /** The name under which saved models find this layer. */
  static readonly className = 'FixedPointLayer';
  private readonly cell: Layer;
  private readonly stateShape?: number[];
  private readonly solver: 'anderson' | 'iteration';
  private readonly historySize: number;
  private readonly jacobianPenalty: number;
  private readonly seed?: number;
  /** How often signs were drawn. */
  private drawn = 0;
  private readonly weightNames: 'layer' | 'cell';
  /** The conditions without and with training: a cell may couple the samples in only one of them. */
  private readonly families = [{}, {}] as const;
  private step!: Step;
  /** The calls in training whose penalty has not been asked for. */
  private calls: Call[] = [];

  /** @param args The cell T, and how its fixed point is found. Default: by Anderson acceleration. */
  constructor(args: FixedPointLayerArgs) {
    const {className} = FixedPointLayer;
    super(className, args ?? {}, OWN, 100);
    this.cell = cellOf(className, args?.cell);
    // A file without this entry comes from a version that used the names in the cell itself.
    const before = args.cell instanceof layers.Layer ? 'layer' : 'cell';
    this.weightNames = checkChoice(className, 'weightNames', args.weightNames ?? before, WEIGHT_NAMES);
    if (args.stateShape != null) {
      const {stateShape} = args;
      if (!Array.isArray(stateShape) || stateShape.length === 0) {
        throw new Error(
          `${className}: stateShape must be a list of at least one size; got ${JSON.stringify(stateShape)}.`,
        );
      }
      this.stateShape = stateShape.map((size, i) =>
        checkNumber(className, `stateShape[${i}]`, size, 1, true),
      );
    }
    this.solver = checkChoice(className, 'solver', args.solver ?? 'anderson', ['anderson', 'iteration']);
    this.historySize = checkNumber(className, 'historySize', args.historySize ?? 5, 1, true, MAX_HISTORY);
    this.jacobianPenalty = checkNumber(className, 'jacobianPenalty', args.jacobianPenalty ?? 0, 0);
    this.seed = args.seed == null ? undefined : checkNumber(className, 'seed', args.seed, 0, true);
  }

  protected override get solves(): string {
    const {cell} = this;
    return `z = T(z, x), T the cell '${cell.name}' (${cell.getClassName()})`;
  }

  /** Checks that the cell fits the input, and takes over its weights. */
  override build(inputShape: Shape | Shape[]): void {
    const {cell} = this;
    checkCount(FixedPointLayer.className, this.inputNames, shapeList(inputShape).length);
    if ((owners.get(cell) ?? this) !== this) {
      throw new Error(
        `FixedPointLayer: the cell '${cell.name}' is already used by the layer '${owners.get(cell)!.name}'.`,
      );
    }
    owners.set(cell, this);
    checkNoise(cell);
    const stateShape = [null, ...this.stateSizes(inputShape as Shape)];
    const output = outputShapeOf(FixedPointLayer.className, cell, [stateShape, inputShape as Shape]);
    if (!tf.util.arraysEqual(output.slice(1) as number[], stateShape.slice(1) as number[])) {
      throw new Error(
        `FixedPointLayer: the cell maps z of shape [B, ${stateShape.slice(1)}] to [B, ${output.slice(1)}]; ` +
          'both must be the same (set stateShape).',
      );
    }
    checkNames(FixedPointLayer.className, cell.weights);
    const named = (weights: Layer['weights']) =>
      this.weightNames === 'layer' ? prefixed(this.name, weights) : weights;
    this.trainableWeights = named(cell.trainableWeights);
    this.nonTrainableWeights = named(cell.nonTrainableWeights);
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shape = inputShape as Shape;
    return [shape[0], ...this.stateSizes(shape)];
  }

  protected override solve(inputs: tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    const frozen = freezeDropout(this.cell);
    const training = {training: kwargs.training ?? false};
    const fun: Step = (z, input) =>
      frozen(() => {
        const output = this.cell.apply([z, input], training);
        return (Array.isArray(output) ? output[0] : output) as tf.Tensor;
      });
    const {options, historySize} = this;
    const solver =
      this.solver === 'anderson'
        ? new AndersonAcceleration({fun}, {...options, historySize})
        : new FixedPointIteration({fun}, options);
    // Every call makes another condition of the same cell.
    const family = this.families[training.training ? 1 : 0];
    solver.condition.family = family;
    belongingTo(family, solver.condition);
    const sizes = this.stateSizes(inputs[0].shape);
    this.step = fun;
    return this.solveBy(inputs, sizes, (init, x) => solver.run(init, x));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    const z = super.call(inputs, kwargs) as tf.Tensor;
    // What an earlier step of training left behind is freed by now.
    this.calls = this.calls.filter(({z: earlier}) => !earlier.isDisposed);
    const [x] = Array.isArray(inputs) ? inputs : [inputs];
    if (kwargs?.training && this.jacobianPenalty > 0) this.calls.push({z, x, step: this.step});
    return z;
  }

  /** The regularisers of the cell, and the Jacobian penalty of the calls in training since this was last asked for. */
  override calculateLosses(): tf.Scalar[] {
    const calls = this.calls.filter(({z}) => !z.isDisposed && z.shape[0] > 0);
    this.calls = [];
    return [...this.cell.calculateLosses(), ...calls.map((call) => this.penaltyOf(call))];
  }

  /** γ · mean ‖∂T/∂z‖²_F; a sample that is not finite counts as 0. */
  private penaltyOf({z, x, step}: Call): tf.Scalar {
    return tf.tidy(() => {
      const input = asFloat(FixedPointLayer.className, 'x', x);
      const valid = finiteRows([input]);
      const finite = keepSamples(valid, input);
      const seed = this.seed === undefined ? undefined : this.seed + this.drawn++;
      const norms = jacobianPenalty((at) => step(at, finite), z, {seed});
      return tf.mul(this.jacobianPenalty, tf.mean(tf.mul(valid, norms)));
    });
  }

  /** The arguments of an equal layer, for a saved model; the cell is saved with its own arguments. */
  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      cell: {className: this.cell.getClassName(), config: this.cell.getConfig()},
      stateShape: this.stateShape ?? null,
      solver: this.solver,
      historySize: this.historySize,
      jacobianPenalty: this.jacobianPenalty,
      seed: this.seed ?? null,
      weightNames: this.weightNames,
    };
  }

  private stateSizes(inputShape: Shape): number[] {
    if (this.stateShape) return this.stateShape;
    const [state] = ((this.cell as {inputs?: {shape: Shape}[] | undefined}).inputs ?? []) as {shape: Shape}[];
    return (state?.shape ?? inputShape).slice(1) as number[];
  }
}

tf.serialization.registerClass(FixedPointLayer);
