/** @file Doubly stochastic matrices as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {transportPlan} from '../projections/transport-plan.js';
import {ProjectionLayer, type Projected} from './base/projection-layer.js';
import {checkChoice, checkNumber, type LayerArgs} from './base/arguments.js';

/** The arguments of `BirkhoffLayer`, in addition to those of every Keras layer. */
export interface BirkhoffLayerArgs extends LayerArgs {
  /** 'entropic' (default): positive matrices, as in Sinkhorn's algorithm. 'euclidean': sparse ones. */
  regularization?: 'entropic' | 'euclidean' | undefined;
  /** ε > 0: towards 0 the result becomes a permutation. Default 1. */
  strength?: number | undefined;
}

/**
 * The doubly stochastic P that maximises ⟨P, x⟩ − ε·regulariser(P): a soft permutation. Input and output [B, n, n].
 *
 * A sample that is not finite gets zeros, a zero gradient and the status 5. A sample that was not solved gets the status 3.
 *
 * @throws At build, if the input is not a batch of square matrices.
 * @see Mena et al. 2018, Gumbel–Sinkhorn networks (arXiv 1802.08665); `projections.birkhoff`, `klBirkhoff`.
 */
export class BirkhoffLayer extends ProjectionLayer {
  /** The name under which saved models find this layer. */
  static readonly className = 'BirkhoffLayer';
  private readonly regularization: 'entropic' | 'euclidean';
  private readonly strength: number;

  /** @param args The regulariser and its strength. Default: entropic, 1. */
  constructor(args: BirkhoffLayerArgs = {}) {
    const {className} = BirkhoffLayer;
    super(className, args, ['regularization', 'strength']);
    this.regularization = checkChoice(className, 'regularization', args.regularization ?? 'entropic', [
      'entropic',
      'euclidean',
    ]);
    this.strength = checkNumber(className, 'strength', args.strength ?? 1, Number.MIN_VALUE);
  }

  protected override get solves(): string {
    return 'P = argmax ⟨P, x⟩ − ε·regulariser(P) subject to P ≥ 0, P1 = 1, Pᵀ1 = 1; ε is the strength';
  }

  /** Checks that the input is a batch of square matrices, [B, n, n]. */
  override build(inputShape: Shape | Shape[]): void {
    const shape = inputShape as Shape;
    if (shape.length !== 3 || shape[1] !== shape[2]) {
      throw new Error(`BirkhoffLayer: the input must have shape [B, n, n], got [${shape}].`);
    }
    super.build(inputShape);
  }

  protected override get masks(): boolean {
    return true;
  }

  protected override project(x: tf.Tensor): Projected {
    const sums = tf.ones(x.shape.slice(0, 2));
    const how = {kind: this.regularization, strength: this.strength};
    return transportPlan(how, {x, a: sums, b: tf.clone(sums)});
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), regularization: this.regularization, strength: this.strength};
  }
}

tf.serialization.registerClass(BirkhoffLayer);
