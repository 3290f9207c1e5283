/** @file Some samples of a batch: which they are, and their part of an array. */
import {call, DOUBLE, typed} from './calls.js';
import {integerTensor} from './constants.js';
import {allFalse} from './flags.js';
import {current} from './session.js';
import {filled} from './shapes.js';
import type {Chosen, Doubles, Flags} from './types.js';

/** The samples whose flag [B, 1, 1] is set. The host learns how many they are, and nothing else. */
export function chosen(flags: Flags): Chosen {
  const {binding} = current();
  const flat = call(
    'Reshape',
    'Reshape of flags',
    () => [typed('T', binding.TF_BOOL), typed('Tshape', binding.TF_INT32)],
    [flags.id, integerTensor([flags.shape[0]])],
  );
  const found = call('Where', 'Where', () => [typed('T', binding.TF_BOOL)], [flat.id]);
  return {...found, count: found.shape[0], batch: flags.shape[0]};
}

/** The chosen samples of an array. What all samples share, [1, …], stays as it is. */
export function gather<A extends Doubles | Flags>(a: A, samples: Chosen, isFlags = false): A {
  const {binding} = current();
  if (a.shape[0] === 1 && samples.batch > 1) return a;
  if (a.shape.includes(0)) {
    const shape = [samples.count, ...a.shape.slice(1)];
    return (isFlags ? allFalse(shape) : filled(shape, 0)) as A;
  }
  const kind = isFlags ? binding.TF_BOOL : DOUBLE;
  return call(
    'GatherNd',
    `GatherNd ${kind}`,
    () => [typed('Tparams', kind), typed('Tindices', binding.TF_INT64)],
    [a.id, samples.id],
  ) as unknown as A;
}

/** `a` with other values in the chosen samples. */
export function scatter(a: Doubles, samples: Chosen, values: Doubles): Doubles {
  // TensorFlow refuses empty ones.
  if (a.shape.includes(0) || samples.count === 0) return a;
  return call(
    'TensorScatterUpdate',
    'TensorScatterUpdate',
    () => [typed('T', DOUBLE), typed('Tindices', current().binding.TF_INT64)],
    [a.id, samples.id, values.id],
  );
}
