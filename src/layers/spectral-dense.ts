/** @file A dense layer whose matrix cannot lengthen a vector by more than a given factor. */
import * as tf from '@tensorflow/tfjs-core';
import {initializers, layers, type Shape} from '@tensorflow/tfjs-layers';
import {ofFinite, spectralNorm} from '../linalg/index.js';
import {checkArguments, checkFlag, checkNumber, type LayerArgs} from './base/arguments.js';
import {checkCount, shapeList} from './base/inputs.js';

/** The arguments of `SpectralDense`, in addition to those of every Keras layer. */
export interface SpectralDenseArgs extends LayerArgs {
  /** The width of the output. */
  units: number;
  /** The largest spectral norm of the matrix, positive. Default 1. */
  maxNorm?: number | undefined;
  /** Whether a bias is added. Default true. */
  useBias?: boolean | undefined;
  /** The seed of the initial kernel. Default: a new one each time. */
  seed?: number | undefined;
}

const OWN = ['units', 'maxNorm', 'useBias', 'seed'];

/**
 * y = xŴ + b with Ŵ = W · min(1, maxNorm / ‖W‖₂), where ‖W‖₂ is the largest singular value of the learned kernel W. Input [B, …, n],
 * output [B, …, units].
 *
 * For the state of a `FixedPointLayer`: with maxNorm < 1 and an activation that is nowhere steeper than 1 (tanh, relu), the cell is a
 * contraction, so it has one fixed point for every input, and each solve finds it. The division is a part of the layer and of its gradient.
 * (It is no `kernelConstraint`, because `fit` of tfjs does not apply constraints.)
 *
 * @see Miyato et al. 2018, Spectral normalization for generative adversarial networks (arXiv 1802.05957), which divides W by ‖W‖₂ also
 *   where that is below 1; `linalg.spectralNorm`.
 */
export class SpectralDense extends layers.Layer {
  /** The name under which saved models find this layer. */
  static readonly className = 'SpectralDense';
  private readonly units: number;
  private readonly maxNorm: number;
  private readonly useBias: boolean;
  private readonly seed?: number;
  private kernel!: ReturnType<layers.Layer['addWeight']>;
  private bias: ReturnType<layers.Layer['addWeight']> | null = null;

  /** @param args The width of the output, and the largest norm. Default: norm 1, with a bias. */
  constructor(args: SpectralDenseArgs) {
    const {className} = SpectralDense;
    super(checkArguments(className, args ?? {}, OWN));
    this.units = checkNumber(className, 'units', args?.units, 1, true);
    this.maxNorm = checkNumber(className, 'maxNorm', args.maxNorm ?? 1, Number.MIN_VALUE);
    this.useBias = checkFlag(className, 'useBias', args.useBias ?? true);
    this.seed = args.seed == null ? undefined : checkNumber(className, 'seed', args.seed, 0);
  }

  /** Makes the kernel [n, units] and the bias [units]. */
  override build(inputShape: Shape | Shape[]): void {
    const {className} = SpectralDense;
    checkCount(className, ['x'], shapeList(inputShape).length);
    const shape = inputShape as Shape;
    const width = shape[shape.length - 1];
    if (shape.length < 2 || width == null) {
      throw new Error(`${className}: the input must have shape [B, …, n] with a known n, got [${shape}].`);
    }
    const initializer = initializers.glorotNormal({seed: this.seed});
    this.kernel = this.addWeight('kernel', [width, this.units], 'float32', initializer, undefined, true);
    if (this.useBias) {
      this.bias = this.addWeight('bias', [this.units], 'float32', initializers.zeros(), undefined, true);
    }
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return [...(inputShape as Shape).slice(0, -1), this.units];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = tf.cast(Array.isArray(inputs) ? inputs[0] : inputs, 'float32');
      const rows = tf.reshape(x, [-1, x.shape[x.rank - 1]]) as tf.Tensor2D;
      const product = tf.matMul(rows, this.limited());
      const output = tf.reshape(product, [...x.shape.slice(0, -1), this.units]);
      return this.bias ? tf.add(output, this.bias.read()) : output;
    });
  }

  /** Ŵ. */
  private limited(): tf.Tensor2D {
    const W = this.kernel.read();
    // A kernel that is not finite stays so, and is seen in the output.
    return ofFinite(W, 2, (finite) =>
      tf.mul(finite, tf.div(this.maxNorm, tf.maximum(spectralNorm(finite), this.maxNorm))),
    ) as tf.Tensor2D;
  }

  /** The arguments of an equal layer, for a saved model. */
  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      units: this.units,
      maxNorm: this.maxNorm,
      useBias: this.useBias,
      seed: this.seed ?? null,
    };
  }
}

tf.serialization.registerClass(SpectralDense);
