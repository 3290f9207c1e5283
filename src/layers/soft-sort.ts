/** @file Soft sorting as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import {softSort} from '../projections/index.js';
import {SoftOrderLayer, type SoftOrderLayerArgs} from './base/soft-order-layer.js';

/**
 * The softened sorted input along the last axis. Input and output have the same shape, [B, …, n]; O(n log n).
 *
 * A sample that is not finite gets zeros, a zero gradient and the status 5.
 *
 * @see Blondel et al. 2020 (arXiv 2002.08871); `projections.softSort`.
 */
export class SoftSort extends SoftOrderLayer {
  /** The name under which saved models find this layer. */
  static readonly className = 'SoftSort';

  /** @param args The strength and the direction. Default: 1, ascending. */
  constructor(args: SoftOrderLayerArgs = {}) {
    super(SoftSort.className, args);
  }

  protected override get solves(): string {
    return 'y = x sorted, softly: a projection onto the permutahedron';
  }

  protected override project(x: tf.Tensor): tf.Tensor {
    return softSort(x, this.order);
  }
}

tf.serialization.registerClass(SoftSort);
