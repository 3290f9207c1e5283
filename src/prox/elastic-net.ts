/** @file The proximal operator of the elastic net. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../checks/index.js';
import {floatMap} from '../autodiff/index.js';
import {ELASTIC_NET, KINK, type ElasticNetParams, type Kink} from '../conditions/index.js';
import {lasso} from './lasso.js';

/**
 * argmin_y ½‖y − x‖² + scaling·(l1‖y‖₁ + ½ l2‖y‖²) = soft(x, scaling·l1) / (1 + scaling·l2).
 *
 * @param kink The derivative of an entry at the kink of |y|, see `prox.lasso`.
 * @param x Any shape; l1, l2 and scaling are numbers or tensors that broadcast with it.
 */
export function elasticNet(
  x: tf.Tensor,
  params: ElasticNetParams,
  scaling: number | tf.Tensor = 1,
  kink: Kink = {},
): tf.Tensor {
  const {l1, l2} = checkOptions('prox.elasticNet', params, ELASTIC_NET, 'parameter');
  checkOptions('prox.elasticNet', kink, KINK);
  return floatMap('prox.elasticNet', {x, l1, l2, scaling}, ({x, l1, l2, scaling}) =>
    tf.div(lasso(x, l1, scaling, kink), tf.add(1, tf.mul(scaling, l2))),
  );
}
