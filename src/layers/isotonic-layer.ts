/** @file Isotonic regression as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import {renamed, unsaid} from '../checks/index.js';
import {isotonic} from '../projections/index.js';
import {INCREASING} from '../projections/isotonic.js';
import {ProjectionLayer} from './base/projection-layer.js';
import {checkChoice, type LayerArgs} from './base/arguments.js';

/** The arguments of `IsotonicLayer`, in addition to those of every Keras layer. */
export interface IsotonicLayerArgs extends LayerArgs {
  /** 'ascending': y₁ ≤ … ≤ yₙ. 'descending': y₁ ≥ … ≥ yₙ. Default 'ascending'. */
  direction?: 'ascending' | 'descending' | undefined;
  /** @deprecated True is `direction: 'ascending'` now, false `direction: 'descending'`. */
  increasing?: boolean | undefined;
}

/**
 * argmin ‖y − x‖² over the monotone vectors, along the last axis. Input and output have the same shape, [B, …, n].
 *
 * A sample that is not finite gets zeros, a zero gradient and the status 5.
 *
 * @see `projections.isotonic`.
 */
export class IsotonicLayer extends ProjectionLayer {
  /** The name under which saved models find this layer. */
  static readonly className = 'IsotonicLayer';
  private readonly direction: 'ascending' | 'descending';

  /** @param given The direction. Default: ascending. */
  constructor(given: IsotonicLayerArgs = {}) {
    const {className} = IsotonicLayer;
    const args = renamed(className, given, INCREASING);
    super(className, args, ['direction']);
    this.direction = checkChoice(className, 'direction', args.direction ?? 'ascending', [
      'ascending',
      'descending',
    ]);
  }

  /** Also accepts a config that was saved when `direction` was called `increasing`. */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    return new cls(renamed(IsotonicLayer.className, config, INCREASING, unsaid));
  }

  protected override get solves(): string {
    return 'y = argmin ‖y − x‖² subject to y in order, along the last axis';
  }

  protected override project(x: tf.Tensor): tf.Tensor {
    return isotonic(x, {direction: this.direction});
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), direction: this.direction};
  }
}

tf.serialization.registerClass(IsotonicLayer);
