/** @file The largest entries of vectors. */
import type {RawTensor} from '../../../backends/node-backend.js';
import {call, callAll, DOUBLE, flag, typed} from './calls.js';
import {integer, numberOf} from './constants.js';
import {current} from './session.js';
import {reshape} from './shapes.js';
import type {Doubles} from './types.js';

/** The entries of a vector, the largest first. */
export function sortedDescending(a: Doubles): Doubles {
  const [batch, n] = a.shape;
  return reshape(largest(a, n)[0], [batch, n, 1]);
}

/** A matrix that picks the `count` largest entries of a vector: [B, count, n], with one 1 in each row. */
export function pickLargest(a: Doubles, count: number): Doubles {
  const {binding} = current();
  const [, indices] = largest(a, count);
  const n = a.shape[1];
  return call(
    'OneHot',
    'OneHot',
    () => [
      typed('T', DOUBLE),
      typed('TI', binding.TF_INT32),
      {name: 'axis', type: binding.TF_ATTR_INT, value: -1},
    ],
    [indices.id, integer(n), numberOf(1).id, numberOf(0).id],
  );
}

/** The largest entries and their places, [B, count]. */
function largest(a: Doubles, count: number): RawTensor[] {
  const flat = reshape(a, a.shape.slice(0, 2));
  const attributes = () => [typed('T', DOUBLE), flag('sorted', true)];
  return callAll('TopKV2', 'TopKV2', attributes, [flat.id, integer(count)], 2);
}
