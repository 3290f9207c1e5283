/** @file Sparsemax as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {sparsemax} from '../projections/index.js';
import {checkNumber, inputList, SolverLayer, type LayerArgs} from './solver-layer.js';

export interface SparsemaxProjectionArgs extends LayerArgs {
  /** The axis whose entries become a probability vector. Default −1. */
  axis?: number;
}

/**
 * argmin_{p in the probability simplex} ‖p − x‖² along an axis: like softmax, with exact zeros.
 *
 * Input and output have one shape, [B, …].
 *
 * @throws If `axis` is not an axis of the input, or is the batch axis.
 * @see Martins & Astudillo 2016 (arXiv 1602.02068).
 */
export class SparsemaxProjection extends SolverLayer {
  static readonly className = 'SparsemaxProjection';
  private readonly axis: number;

  constructor(args: SparsemaxProjectionArgs = {}) {
    super(SparsemaxProjection.className, args, ['axis']);
    this.axis = checkNumber(SparsemaxProjection.className, 'axis', args.axis ?? -1, -16, true);
    this.supportsMasking = true;
  }

  override build(inputShape: Shape | Shape[]): void {
    const {length} = inputShape as Shape;
    const axis = this.axis < 0 ? this.axis + length : this.axis;
    if (axis < 1 || axis >= length) {
      throw new Error(
        `SparsemaxProjection: axis ${this.axis} is not a feature axis of an input of shape [${inputShape}].`,
      );
    }
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const [x] = inputList(SparsemaxProjection.className, inputs, ['x']);
      const zeros = tf.zeros([x.shape[0]]);
      // A closed form: there is no iteration that could fail.
      this.remember({status: zeros, iterations: zeros, residual: zeros});
      return sparsemax(x, this.axis);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), axis: this.axis};
  }
}

tf.serialization.registerClass(SparsemaxProjection);
