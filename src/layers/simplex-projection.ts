/** @file Projection onto the simplex as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import type {Kink} from '../conditions/index.js';
import {simplex} from '../projections/index.js';
import {alongAxis, checkAxis, ProjectionLayer} from './base/projection-layer.js';
import {asKink, checkNumber, type LayerArgs} from './base/arguments.js';

/** The arguments of `SimplexProjection`, in addition to those of every Keras layer. */
export interface SimplexProjectionArgs extends LayerArgs, Kink {
  /** The sum of the result. Default 1. */
  scale?: number | undefined;
  /** The axis along which the sum is taken. Default −1. */
  axis?: number | undefined;
}

/**
 * argmin ‖y − x‖² subject to y ≥ 0, Σy = scale, along an axis. Input and output have the same shape, [B, …].
 *
 * An entry −∞ is masked: it becomes 0 and has no gradient. A fully masked row becomes 0; its sample gets the status 5, with a warning. A
 * sample with NaN or +∞ gets zeros, a zero gradient and the status 5.
 *
 * @throws If `axis` is not an axis of the input, or is the batch axis.
 * @see `projections.simplex`.
 */
export class SimplexProjection extends ProjectionLayer {
  /** The name under which saved models find this layer. */
  static readonly className = 'SimplexProjection';
  private readonly scale: number;
  private readonly axis: number;
  private readonly kink: Required<Kink>;

  /** @param args The sum and the axis. Default: 1, the last axis. */
  constructor(args: SimplexProjectionArgs = {}) {
    const {className} = SimplexProjection;
    super(className, args, ['scale', 'axis', 'degenerate', 'smoothing']);
    this.kink = asKink(className, args);
    this.scale = checkNumber(className, 'scale', args.scale ?? 1, Number.MIN_VALUE);
    this.axis = checkNumber(className, 'axis', args.axis ?? -1, -16, true);
  }

  protected override get solves(): string {
    return 'y = argmin ‖y − x‖² subject to y ≥ 0, Σy = scale, along the axis';
  }

  protected override get maskedAxis(): number {
    return this.axis;
  }

  /** Checks that the input has the axis. */
  override build(inputShape: Shape | Shape[]): void {
    checkAxis(SimplexProjection.className, this.axis, inputShape as Shape);
    super.build(inputShape);
  }

  protected override project(x: tf.Tensor): tf.Tensor {
    const {scale, kink} = this;
    return alongAxis(x, this.axis, (rows) => simplex(rows, {scale, ...kink}));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), scale: this.scale, axis: this.axis, ...this.kink};
  }
}

tf.serialization.registerClass(SimplexProjection);
