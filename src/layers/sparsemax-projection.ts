/** @file Sparsemax as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {sparsemax} from '../projections/index.js';
import {checkAxis, ProjectionLayer} from './base/projection-layer.js';
import type {Kink} from '../conditions/index.js';
import {asKink, checkNumber, type LayerArgs} from './base/arguments.js';

/** Distance from the threshold, in f32 digits, at which an entry counts as being on it. */
const TIE = 1e-6;

/** The arguments of `SparsemaxProjection`, in addition to those of every Keras layer. */
export interface SparsemaxProjectionArgs extends LayerArgs, Kink {
  /** The axis whose entries become a probability vector. Default −1. */
  axis?: number | undefined;
}

/**
 * argmin_{p in the probability simplex} ‖p − x‖² along an axis: like softmax, with exact zeros.
 *
 * Input and output have the same shape, [B, …]. An entry exactly at the threshold counts as zero: it has two derivatives there, and gets
 * the one that moves the output least.
 *
 * An entry −∞ is masked: it becomes 0 and has no gradient. A fully masked row becomes 0; its sample gets the status 5, with a warning. A
 * sample with NaN or +∞ gets zeros, a zero gradient and the status 5.
 *
 * @throws If `axis` is not an axis of the input, or is the batch axis.
 * @see Martins & Astudillo 2016 (arXiv 1602.02068).
 */
export class SparsemaxProjection extends ProjectionLayer {
  /** The name under which saved models find this layer. */
  static readonly className = 'SparsemaxProjection';
  private readonly axis: number;
  private readonly kink: Required<Kink>;

  /** @param args The axis, and the derivative at the threshold. Default: the last axis, the smallest derivative. */
  constructor(args: SparsemaxProjectionArgs = {}) {
    super(SparsemaxProjection.className, args, ['axis', 'degenerate', 'smoothing']);
    this.kink = asKink(SparsemaxProjection.className, args);
    this.axis = checkNumber(SparsemaxProjection.className, 'axis', args.axis ?? -1, -16, true);
  }

  protected override get solves(): string {
    return 'y = argmin ‖y − x‖² subject to y ≥ 0, Σy = 1, along the axis';
  }

  /** Checks that the input has the axis. */
  override build(inputShape: Shape | Shape[]): void {
    checkAxis(SparsemaxProjection.className, this.axis, inputShape as Shape);
    super.build(inputShape);
  }

  protected override get maskedAxis(): number {
    return this.axis;
  }

  protected override project(x: tf.Tensor): tf.Tensor {
    return sparsemax(x, this.axis, this.kink);
  }

  /** Entries at the threshold: zero, but any increase would enter the support. */
  protected override kinks(x: tf.Tensor, p: tf.Tensor): tf.Tensor {
    const threshold = tf.sub(tf.max(x, this.axis, true), tf.max(p, this.axis, true));
    const scale = tf.maximum(tf.abs(threshold), 1);
    // Only finite values: in a fully masked row, −∞ minus −∞ would be at the threshold.
    const finite = tf.logicalAnd(tf.isFinite(x), tf.isFinite(threshold));
    const near = tf.lessEqual(tf.abs(tf.sub(x, threshold)), tf.mul(TIE, scale));
    return tf.logicalAnd(tf.logicalAnd(near, finite), tf.lessEqual(p, tf.mul(TIE, scale)));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), axis: this.axis, ...this.kink};
  }
}

tf.serialization.registerClass(SparsemaxProjection);
