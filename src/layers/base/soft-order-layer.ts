/** @file The common part of the layers for soft sorting and ranking. */
import type * as tf from '@tensorflow/tfjs-core';
import type {SoftSortParams} from '../../projections/index.js';
import {ProjectionLayer} from './projection-layer.js';
import {checkChoice, checkNumber, type LayerArgs} from './arguments.js';

/** The arguments of `SoftSort` and `SoftRank`, in addition to those of every Keras layer. */
export interface SoftOrderLayerArgs extends LayerArgs {
  /** ε > 0: towards 0 the result becomes hard, towards ∞ its entries become equal. Default 1. */
  strength?: number | undefined;
  /** 'ascending': the smallest entry comes first, with rank 1. 'descending': the largest. Default 'ascending'. */
  direction?: 'ascending' | 'descending' | undefined;
}

export abstract class SoftOrderLayer extends ProjectionLayer {
  /** The strength and the direction, in the form that `projections.softSort` and `softRank` take. */
  protected readonly order: Required<SoftSortParams>;

  constructor(className: string, args: SoftOrderLayerArgs) {
    super(className, args, ['strength', 'direction']);
    this.order = {
      strength: checkNumber(className, 'strength', args.strength ?? 1, Number.MIN_VALUE),
      direction: checkChoice(className, 'direction', args.direction ?? 'ascending', [
        'ascending',
        'descending',
      ]),
    };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), ...this.order};
  }
}
