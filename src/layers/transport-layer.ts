/** @file Regularised optimal transport as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {transportPlan} from '../projections/transport-plan.js';
import {ProjectionLayer, type Projected} from './base/projection-layer.js';
import {checkChoice, checkFlag, checkNumber, type LayerArgs} from './base/arguments.js';
import {shapeList} from './base/inputs.js';

/** The arguments of `TransportLayer`, in addition to those of every Keras layer. */
export interface TransportLayerArgs extends LayerArgs {
  /** 'entropic' (default): positive plans, as in Sinkhorn's algorithm. 'euclidean': sparse ones. */
  regularization?: 'entropic' | 'euclidean' | undefined;
  /** ε > 0: towards 0 the plan becomes the unregularised one. Default 1. */
  strength?: number | undefined;
  /** Whether the sums are inputs too, [x, a, b]. Default false: all rows, and all columns, have equal sums, 1 in total. */
  marginals?: boolean | undefined;
}

/**
 * The plan P that maximises ⟨P, x⟩ − ε·regulariser(P) subject to P ≥ 0, P1 = a, Pᵀ1 = b: input x [B, n, m] of similarities (or
 * minus costs), and with `marginals` a [B, n] and b [B, m] with equal totals; output P [B, n, m].
 *
 * P is zero where x is −∞. A sum of zero gives a row or column of zeros. Totals that differ only by rounding count as equal. A sample that
 * is not finite gets zeros, a zero gradient and the status 5. A sample whose totals differ gets the status 1, and one that was not solved
 * the status 3. Each case prints a warning.
 *
 * @throws At build, if the input does not have three axes.
 * @see Cuturi 2013 (arXiv 1306.0895); Blondel, Seguy & Rolet 2018 (arXiv 1710.06276); `projections.transport`, `klTransport`.
 */
export class TransportLayer extends ProjectionLayer {
  /** The name under which saved models find this layer. */
  static readonly className: string = 'TransportLayer';
  /** The regulariser that smooths the plan. Default 'entropic'. */
  protected readonly regularization: 'entropic' | 'euclidean';
  /** ε, the weight of the regulariser. Default 1. */
  protected readonly strength: number;
  private readonly marginals: boolean;
  /** The names of the inputs, in order: x, and with `marginals` a and b. */
  protected override readonly inputNames: readonly string[];

  /** @param args The regulariser, its strength, and whether the sums are inputs. Default: entropic, 1, no. */
  constructor(args: TransportLayerArgs = {}) {
    const {className} = new.target;
    super(className, args, ['regularization', 'strength', 'marginals']);
    this.regularization = checkChoice(className, 'regularization', args.regularization ?? 'entropic', [
      'entropic',
      'euclidean',
    ]);
    this.strength = checkNumber(className, 'strength', args.strength ?? 1, Number.MIN_VALUE);
    this.marginals = checkFlag(className, 'marginals', args.marginals ?? false);
    this.inputNames = this.marginals ? ['x', 'a', 'b'] : ['x'];
    this.supportsMasking = !this.marginals;
  }

  protected override get solves(): string {
    return 'P = argmax ⟨P, x⟩ − ε·regulariser(P) subject to P ≥ 0, P1 = a, Pᵀ1 = b; ε is the strength';
  }

  /** Checks that x is a batch of matrices, [B, n, m]. */
  override build(inputShape: Shape | Shape[]): void {
    const [x] = shapeList(inputShape);
    if (x.length !== 3) {
      throw new Error(`${this.getClassName()}: x must have shape [B, n, m], got [${x}].`);
    }
    super.build(inputShape);
  }

  protected override get masks(): boolean {
    return true;
  }

  protected override project(x: tf.Tensor, a?: tf.Tensor, b?: tf.Tensor): Projected {
    const [batch, n, m] = x.shape as [number, number, number];
    const sums = {a: a ?? tf.fill([batch, n], 1 / n), b: b ?? tf.fill([batch, m], 1 / m)};
    return transportPlan({kind: this.regularization, strength: this.strength}, {x, ...sums});
  }

  override getConfig(): tf.serialization.ConfigDict {
    const {regularization, strength, marginals} = this;
    return {...super.getConfig(), regularization, strength, marginals};
  }
}

tf.serialization.registerClass(TransportLayer);
