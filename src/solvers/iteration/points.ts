/** @file The result of an iteration: x where there is one, zero for the samples that have none. */
import type * as tf from '@tensorflow/tfjs-core';
import {doublesOf, flatten, hasDoubles, noteDoubles, offTape, type Structure} from '../../autodiff/index.js';
import {canLook} from '../../programs/index.js';
import {select, zerosLike} from './leaves.js';
import {isPoint} from './status.js';

/** x, with zero (and a zero gradient) for the samples of which `status` says that they have no point. */
export function pointsOf<X extends Structure>(status: tf.Tensor, x: X): X {
  const points = offTape(() => isPoint(status));
  if (!canLook()) return select(points, x, zerosLike(x));
  const flags = points.dataSync();
  if (flags.every(Boolean)) return x;
  const result = select(points, x, zerosLike(x));
  const leaves = flatten(result);
  flatten(x).forEach((leaf, i) => {
    if (!hasDoubles(leaf)) return;
    const width = leaf.size / flags.length;
    const values = doublesOf(leaf).map((value, at) => (flags[Math.floor(at / width)] ? value : 0));
    noteDoubles(leaves[i], values);
  });
  return result;
}
