/** @file Soft ranking as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import {softRank} from '../projections/index.js';
import {SoftOrderLayer, type SoftOrderLayerArgs} from './base/soft-order-layer.js';

/**
 * The softened rank, 1 … n, of each entry along the last axis. Input and output have the same shape, [B, …, n]; O(n log n).
 *
 * A sample that is not finite gets zeros, a zero gradient and the status 5.
 *
 * @see Blondel et al. 2020 (arXiv 2002.08871); `projections.softRank`.
 */
export class SoftRank extends SoftOrderLayer {
  /** The name under which saved models find this layer. */
  static readonly className = 'SoftRank';

  /** @param args The strength and the direction. Default: 1, ascending. */
  constructor(args: SoftOrderLayerArgs = {}) {
    super(SoftRank.className, args);
  }

  protected override get solves(): string {
    return 'y = the ranks of x, softly: a projection onto the permutahedron';
  }

  protected override project(x: tf.Tensor): tf.Tensor {
    return softRank(x, this.order);
  }
}

tf.serialization.registerClass(SoftRank);
