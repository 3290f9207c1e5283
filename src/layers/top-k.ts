/** @file The largest entries, softened, as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {boxSection} from '../projections/index.js';
import {ProjectionLayer} from './base/projection-layer.js';
import {checkNumber, type LayerArgs} from './base/arguments.js';

/** The arguments of `TopK`, in addition to those of every Keras layer. */
export interface TopKArgs extends LayerArgs {
  /** How many entries are chosen. */
  k: number;
  /** ε > 0: towards 0 the choice becomes hard. Default 1. */
  strength?: number | undefined;
}

/**
 * argmin ‖y − x/ε‖² subject to 0 ≤ y ≤ 1, Σy = k, along the last axis: a soft choice of the k largest entries. Input and output have the
 * same shape, [B, …, n].
 *
 * An entry −∞ is masked: it becomes 0 and has no gradient. A fully masked row becomes 0; its sample gets the status 5, with a warning. A
 * sample with NaN or +∞ gets zeros, a zero gradient and the status 5. A sample with fewer than k unmasked entries gets zeros and the
 * status 1.
 *
 * @throws If k is greater than n.
 * @see Amos, Koltun & Kolter 2019, The limited multi-label projection layer (arXiv 1906.08707); `projections.boxSection`.
 */
export class TopK extends ProjectionLayer {
  /** The name under which saved models find this layer. */
  static readonly className = 'TopK';
  private readonly k: number;
  private readonly strength: number;

  /** @param args How many entries are chosen, and the strength. Default: strength 1. */
  constructor(args: TopKArgs) {
    super(TopK.className, args, ['k', 'strength']);
    this.k = checkNumber(TopK.className, 'k', args?.k, 1, true);
    this.strength = checkNumber(TopK.className, 'strength', args?.strength ?? 1, Number.MIN_VALUE);
  }

  protected override get solves(): string {
    return 'y = argmin ‖y − x/ε‖² subject to 0 ≤ y ≤ 1, Σy = k, along the last axis; ε is the strength';
  }

  protected override get maskedAxis(): number {
    return -1;
  }

  /** Checks that there are k entries to choose. */
  override build(inputShape: Shape | Shape[]): void {
    const n = (inputShape as Shape).at(-1);
    if (n != null && this.k > n) throw new Error(`TopK: cannot choose k = ${this.k} of ${n} entries.`);
    super.build(inputShape);
  }

  protected override project(x: tf.Tensor): tf.Tensor {
    // Computed in units of x, because the quotient would round large values.
    const {k, strength} = this;
    return tf.div(boxSection(x, {upper: strength, c: k * strength}), strength);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), k: this.k, strength: this.strength};
  }
}

tf.serialization.registerClass(TopK);
