/** @file Isotonic regression as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import {isotonic} from '../projections/index.js';
import {ProjectionLayer} from './base/projection-layer.js';
import {checkFlag, type LayerArgs} from './base/solver-layer.js';

export interface IsotonicLayerArgs extends LayerArgs {
  /** True: y₁ ≤ … ≤ yₙ. False: y₁ ≥ … ≥ yₙ. Default true. */
  increasing?: boolean | undefined;
}

/**
 * argmin ‖y − x‖² over the monotone vectors, along the last axis. Input and output have one shape, [B, …, n].
 *
 * A sample that is not finite gets zeros, a zero gradient and the status 5.
 *
 * @see `projections.isotonic`.
 */
export class IsotonicLayer extends ProjectionLayer {
  static readonly className = 'IsotonicLayer';
  private readonly increasing: boolean;

  constructor(args: IsotonicLayerArgs = {}) {
    super(IsotonicLayer.className, args, ['increasing']);
    this.increasing = checkFlag(IsotonicLayer.className, 'increasing', args.increasing ?? true);
  }

  protected override project(x: tf.Tensor): tf.Tensor {
    return isotonic(x, {increasing: this.increasing});
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), increasing: this.increasing};
  }
}

tf.serialization.registerClass(IsotonicLayer);
