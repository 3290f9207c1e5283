/** @file The result of an iteration: x where there is one, zero for the samples that have none. */
import type * as tf from '@tensorflow/tfjs-core';
import {carryDoubles, flatten, offTape, unflatten, type Structure} from '../../autodiff/index.js';
import {isOnHost} from '../../kernels/index.js';
import {canLook} from '../../programs/index.js';
import {select, zerosLike} from './leaves.js';
import {isPoint} from './status.js';

/** x, with zero (and a zero gradient) for the samples of which `status` says that they have no point. */
export function pointsOf<X extends Structure>(status: tf.Tensor, x: X): X {
  const points = offTape(() => isPoint(status));
  if (!canLook() || !isOnHost(status)) return select(points, x, zerosLike(x));
  const flags = points.dataSync();
  if (flags.every(Boolean)) return x;
  const from = flatten(x);
  const leaves = flatten(select(points, x, zerosLike(x))).map((leaf, k) => {
    const width = leaf.size / flags.length;
    return carryDoubles(leaf, from[k], (value, i) => (flags[Math.floor(i / width)] ? value : 0));
  });
  return unflatten(x, leaves);
}
