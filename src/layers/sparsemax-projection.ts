/** @file Sparsemax as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {sparsemax} from '../projections/index.js';
import {offTape} from '../autodiff/index.js';
import {Status} from '../implicit/index.js';
import {checkAxis} from './projection-layer.js';
import {rowMin} from './rows.js';
import {keepSamples} from '../solvers/index.js';
import type {Kink} from '../conditions/index.js';
import {asKink, checkNumber, inputList, SolverLayer, type LayerArgs} from './solver-layer.js';

/** Distance from the threshold, in f32 digits, at which an entry counts as being on it. */
const TIE = 1e-6;

export interface SparsemaxProjectionArgs extends LayerArgs, Kink {
  /** The axis whose entries become a probability vector. Default −1. */
  axis?: number;
}

/**
 * argmin_{p in the probability simplex} ‖p − x‖² along an axis: like softmax, with exact zeros.
 *
 * Input and output have one shape, [B, …]. An entry exactly at the threshold counts as zero: of the two derivatives that it
 * has there, the one that moves the output least. A sample with NaN or +∞ gets zeros, a zero gradient and the status 5.
 *
 * @throws If `axis` is not an axis of the input, or is the batch axis.
 * @see Martins & Astudillo 2016 (arXiv 1602.02068).
 */
export class SparsemaxProjection extends SolverLayer {
  static readonly className = 'SparsemaxProjection';
  private readonly axis: number;
  private readonly kink: Required<Kink>;

  constructor(args: SparsemaxProjectionArgs = {}) {
    super(SparsemaxProjection.className, args, ['axis', 'degenerate', 'smoothing']);
    this.kink = asKink(SparsemaxProjection.className, args);
    this.axis = checkNumber(SparsemaxProjection.className, 'axis', args.axis ?? -1, -16, true);
    this.supportsMasking = true;
  }

  override build(inputShape: Shape | Shape[]): void {
    checkAxis(SparsemaxProjection.className, this.axis, inputShape as Shape);
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const [given] = inputList(SparsemaxProjection.className, inputs, ['x']);
      // −∞ masks an entry out; NaN and +∞ have no answer.
      const valid = offTape(() => rowMin(tf.less(given, Infinity)));
      const x = keepSamples(valid, given);
      const p = sparsemax(x, this.axis, this.kink);
      const zeros = tf.zeros([given.shape[0]]);
      const status = tf.mul(Status.INVALID_INPUT, tf.sub(1, valid));
      const weaklyActive = offTape(() => this.ties(x, p));
      this.remember({status, iterations: zeros, residual: zeros, weaklyActive});
      return keepSamples(valid, p);
    });
  }

  /** Entries at the threshold: zero, but any increase would enter the support. */
  private ties(x: tf.Tensor, p: tf.Tensor): tf.Tensor {
    const threshold = tf.sub(tf.max(x, this.axis, true), tf.max(p, this.axis, true));
    const scale = tf.maximum(tf.abs(threshold), 1);
    const near = tf.lessEqual(tf.abs(tf.sub(x, threshold)), tf.mul(TIE, scale));
    return tf.logicalAnd(near, tf.lessEqual(p, tf.mul(TIE, scale)));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), axis: this.axis, ...this.kink};
  }
}

tf.serialization.registerClass(SparsemaxProjection);
