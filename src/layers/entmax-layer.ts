/** @file Entmax as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {entmax} from '../projections/index.js';
import {alongAxis, checkAxis, ProjectionLayer} from './base/projection-layer.js';
import {checkNumber, type LayerArgs} from './base/arguments.js';

/** The arguments of `EntmaxLayer`, in addition to those of every Keras layer. */
export interface EntmaxLayerArgs extends LayerArgs {
  /** α ≥ 1: 1 is softmax, 2 is sparsemax. Default 1.5. */
  alpha?: number | undefined;
  /** The axis whose entries become probabilities. Default −1. */
  axis?: number | undefined;
}

/**
 * α-entmax along an axis: probabilities with exact zeros for α > 1. Input and output have the same shape, [B, …].
 *
 * An entry −∞ is masked: it becomes 0 and has no gradient. A fully masked row becomes 0; its sample gets the status 5, with a warning. A
 * sample with NaN or +∞ gets zeros, a zero gradient and the status 5.
 *
 * @throws If `axis` is not an axis of the input, or is the batch axis.
 * @see Peters, Niculae & Martins 2019 (arXiv 1905.05702); `projections.entmax`.
 */
export class EntmaxLayer extends ProjectionLayer {
  /** The name under which saved models find this layer. */
  static readonly className = 'EntmaxLayer';
  private readonly alpha: number;
  private readonly axis: number;

  /** @param args α and the axis. Default: 1.5, the last axis. */
  constructor(args: EntmaxLayerArgs = {}) {
    const {className} = EntmaxLayer;
    super(className, args, ['alpha', 'axis']);
    this.alpha = checkNumber(className, 'alpha', args.alpha ?? 1.5, 1);
    this.axis = checkNumber(className, 'axis', args.axis ?? -1, -16, true);
  }

  protected override get solves(): string {
    return 'y = argmax ⟨y, x⟩ + H_α(y) subject to y ≥ 0, Σy = 1, along the axis; H_α is the entropy of Tsallis';
  }

  protected override get maskedAxis(): number {
    return this.axis;
  }

  /** Checks that the input has the axis. */
  override build(inputShape: Shape | Shape[]): void {
    checkAxis(EntmaxLayer.className, this.axis, inputShape as Shape);
    super.build(inputShape);
  }

  protected override project(x: tf.Tensor): tf.Tensor {
    return alongAxis(x, this.axis, (rows) => entmax(rows, {alpha: this.alpha}));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), alpha: this.alpha, axis: this.axis};
  }
}

tf.serialization.registerClass(EntmaxLayer);
