/** @file Checks of what a start and a step of the caller's own return. Each error names the entry that is wrong. */
import * as tf from '@tensorflow/tfjs-core';
import {describe} from '../../checks/index.js';
import {flattenLike, offTape, unflatten, type Parameter, type Structure} from '../../autodiff/index.js';

/** How many samples there are. */
export interface Samples {
  batched: boolean;
  count: number;
}

/** @throws If x has no batch axis although `batched`. */
export function samplesOfStart(x: Structure, batched: boolean): Samples {
  if (!batched) return {batched, count: 1};
  const [first] = namedLeaves('x', x as Parameter);
  if (!first) throw new Error('fromStep: x has no tensors.');
  const {name, leaf} = first;
  if (leaf.rank === 0) {
    throw new Error(`fromStep: ${name} has no batch axis. Give it one, or set batched: false.`);
  }
  return {batched, count: leaf.shape[0]};
}

/** The memory, if it consists of tensors with the batch axis first. @throws Otherwise. */
export function memoryOf<M extends Structure>(memory: M, {batched, count}: Samples): M {
  if (memory === null || typeof memory !== 'object') {
    throw new Error(
      `fromStep: start must return the memory, tensors in a record or list ([] for none), got ${describe(memory)}.`,
    );
  }
  const leaves = namedLeaves('memory', memory as Parameter);
  for (const {name, leaf} of leaves) {
    if (batched && leaf.shape[0] !== count) {
      throw new Error(
        `fromStep: ${name} must have the batch axis first, [${count}, …], got the shape [${leaf.shape}]. ` +
          'If x is a single problem, set batched: false.',
      );
    }
  }
  // The loop disposes of the memory, and the caller may keep a tensor of it.
  return unflatten(
    memory,
    leaves.map(({leaf}) => tf.clone(leaf)),
  );
}

/** What a step returns in the place of `before`, in its order. @throws If names, shapes or types differ. */
export function likeBefore<S extends Structure>(name: string, next: S, before: S): S {
  const what = `fromStep: the ${name} that step returns`;
  const leaves = flattenLike(what, next, before, `the ${name} that it gets`);
  namedLeaves(name, before as Parameter).forEach(({name: path, leaf}, i) => {
    const {shape, dtype} = leaves[i];
    if (!tf.util.arraysEqual(shape, leaf.shape)) {
      throw new Error(`fromStep: step got ${path} of shape [${leaf.shape}], but returned it as [${shape}].`);
    }
    if (dtype !== leaf.dtype) {
      throw new Error(`fromStep: step got ${path} as ${leaf.dtype}, but returned it as ${dtype}.`);
    }
  });
  return unflatten(before, leaves);
}

/** A number for each sample, [B]. @throws If it has another shape. */
export function onePerSample(name: string, given: tf.Tensor, {batched, count}: Samples): tf.Tensor {
  const expected = batched ? `shape [${count}], one number for each sample` : 'a scalar';
  if (!(given instanceof tf.Tensor)) {
    throw new Error(`fromStep: step must return ${name} as a tensor (${expected}), got ${describe(given)}.`);
  }
  const fits = given.rank === 1 ? given.shape[0] === count : given.rank === 0 && !batched;
  if (!fits) {
    throw new Error(
      `fromStep: step must return ${name} as ${batched ? 'a tensor of ' : ''}${expected}, got the shape [${given.shape}].`,
    );
  }
  return offTape(() => tf.cast(tf.reshape(given, [count]), 'float32'));
}

/** The tensors with their places, in the order of `flatten`. @throws If there is anything else. */
function namedLeaves(name: string, part: Parameter): {name: string; leaf: tf.Tensor}[] {
  if (part instanceof tf.Tensor) return [{name, leaf: part}];
  if (Array.isArray(part))
    return part.flatMap((entry, i) => namedLeaves(`${name}[${i}]`, entry as Parameter));
  if (part !== null && typeof part === 'object') {
    return Object.entries(part).flatMap(([key, entry]) => namedLeaves(`${name}.${key}`, entry));
  }
  throw new Error(
    `fromStep: ${name} must be a tensor, got ${describe(part)}. Numbers can be given as tf.scalar.`,
  );
}
