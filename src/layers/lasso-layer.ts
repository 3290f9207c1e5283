/** @file Sparse coding with a learned dictionary. */
import * as tf from '@tensorflow/tfjs-core';
import {initializers, type Shape} from '@tensorflow/tfjs-layers';
import type {Kink} from '../conditions/index.js';
import {SparseCoding} from '../solvers/index.js';
import {batchHint, checkCount, shapeList} from './base/inputs.js';
import {IterativeLayer, type IterativeLayerArgs} from './base/iterative-layer.js';
import {asKink, checkFlag, checkNumber} from './base/arguments.js';
import type {SolverLayer} from './base/solver-layer.js';

/** The arguments of `LassoLayer`: the number of codes, the penalties, and how they are found. */
export interface LassoLayerArgs extends IterativeLayerArgs, Kink {
  /** The number of atoms, the width of the output. */
  units: number;
  /** Weight of ‖z‖₁. Default 0.1. */
  l1?: number | undefined;
  /** Weight of ½‖z‖². Default 0. */
  l2?: number | undefined;
  /** Only z ≥ 0. Default false. */
  nonNegative?: boolean | undefined;
  /** The seed of the initial dictionary. Default: a new one each time. */
  seed?: number | undefined;
}

const OWN = ['units', 'l1', 'l2', 'nonNegative', 'seed', 'degenerate', 'smoothing'];

/** Relative distance from the kink at which a code counts as being on it: the solver's own accuracy. */
const KINK = 1e-5;

/**
 * z(x) = argmin ½‖x − Dz‖² + l1‖z‖₁ + ½ l2‖z‖²: input x [B, n], output z [B, units], where the dictionary D [n, units] is learned.
 *
 * It is solved by coordinate descent (`solvers.SparseCoding`) and differentiated through the proximal-gradient fixed point, which depends
 * only on the support of z: a code exactly at the kink of |z| stays zero.
 *
 * @see Tibshirani 1996; Mairal, Bach & Ponce 2012 for task-driven dictionaries; Blondel et al. 2022 (arXiv 2105.15183),
 *   equation 7.
 */
export class LassoLayer extends IterativeLayer {
  /** The name under which saved models find this layer. */
  static readonly className = 'LassoLayer';
  private readonly units: number;
  private readonly l1: number;
  private readonly l2: number;
  private readonly nonNegative: boolean;
  private readonly seed?: number;
  private readonly kink: Required<Kink>;
  private dictionary!: ReturnType<SolverLayer['addWeight']>;

  /** @param args The number of codes, and the penalties. Default: l1 = 0.1, l2 = 0. */
  constructor(args: LassoLayerArgs) {
    const {className} = LassoLayer;
    super(className, args ?? {}, OWN, 2000);
    this.units = checkNumber(className, 'units', args?.units, 1, true);
    this.l1 = checkNumber(className, 'l1', args.l1 ?? 0.1, 0);
    this.l2 = checkNumber(className, 'l2', args.l2 ?? 0, 0);
    this.nonNegative = checkFlag(className, 'nonNegative', args.nonNegative ?? false);
    this.seed = args.seed == null ? undefined : checkNumber(className, 'seed', args.seed, 0);
    this.kink = asKink(className, args);
  }

  protected override get isSized(): boolean {
    return true;
  }

  protected override get solves(): string {
    return 'z = argmin ½‖x − Dz‖² + l1‖z‖₁ + ½ l2‖z‖², D the dictionary';
  }

  /** Checks the input [B, n], and makes the dictionary [n, units]. */
  override build(inputShape: Shape | Shape[]): void {
    checkCount('LassoLayer', this.inputNames, shapeList(inputShape).length);
    const shape = inputShape as Shape;
    const width = shape[1];
    if (shape.length !== 2 || width == null) {
      throw new Error(
        `LassoLayer: the input must have shape [B, n] with a known n, got [${shape}].${batchHint('x', shape.length, 2)}`,
      );
    }
    const initializer = initializers.glorotNormal({seed: this.seed});
    this.dictionary = this.addWeight(
      'dictionary',
      [width, this.units],
      'float32',
      initializer,
      undefined,
      true,
    );
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return [(inputShape as Shape)[0], this.units];
  }

  protected override solve(inputs: tf.Tensor[]): tf.Tensor {
    const {l1, l2, nonNegative, kink, options} = this;
    const solver = new SparseCoding({...options, ...kink, nonNegative});
    const D = this.dictionary.read();
    return this.solveBy(inputs, [this.units], (init, x) => solver.run(init, {l1, l2}, D, x));
  }

  /** Codes that are zero although their correlation with the residual is l1: with any higher correlation they would not be zero. */
  protected override kinks(x: tf.Tensor, z: tf.Tensor): tf.Tensor {
    const D = this.dictionary.read();
    const correlation = matMul(tf.sub(x, matMul(z, D, true)), D);
    const pull = this.nonNegative ? correlation : tf.abs(correlation);
    const near = tf.lessEqual(
      tf.abs(tf.sub(pull, this.l1)),
      tf.maximum(tf.mul(KINK, tf.abs(pull)), KINK * this.l1),
    );
    return tf.logicalAnd(tf.equal(z, 0), near);
  }

  /** The arguments of an equal layer, for a saved model. */
  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      units: this.units,
      l1: this.l1,
      l2: this.l2,
      nonNegative: this.nonNegative,
      seed: this.seed ?? null,
      ...this.kink,
    };
  }
}

function matMul(a: tf.Tensor, b: tf.Tensor, transposeB = false): tf.Tensor {
  return tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, false, transposeB);
}

tf.serialization.registerClass(LassoLayer);
