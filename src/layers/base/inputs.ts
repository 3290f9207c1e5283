/** @file Brings the inputs of a layer and their shapes into the form of lists. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {describe, see} from '../../checks/index.js';

/** The inputs as a list: a model passes an array, `layer.apply(tensor)` a bare tensor. */
export function inputList(
  className: string,
  inputs: tf.Tensor | tf.Tensor[],
  names: readonly string[],
): tf.Tensor[] {
  const list = Array.isArray(inputs) ? inputs : [inputs];
  checkCount(className, names, list.length);
  return list;
}

/** The shapes as a list. */
export function shapeList(shape: Shape | Shape[]): Shape[] {
  return Array.isArray(shape[0]) ? (shape as Shape[]) : [shape as Shape];
}

/** @throws If the number of inputs differs from the number that the layer takes. */
export function checkCount(className: string, names: readonly string[], count: number): void {
  if (names.length === count) return;
  const sequential =
    count === 1 ? ' In a model it needs tf.model({inputs, outputs}): tf.sequential hands on one tensor.' : '';
  const takes =
    names.length === 1 ? `one input, ${names[0]}` : `${names.length} inputs (${names.join(', ')})`;
  const way = names.length === 1 ? `layer.apply(${names[0]})` : `layer.apply([${names.join(', ')}])`;
  throw new Error(
    `${className} takes ${takes}, but got ${count}. Pass ${names.length === 1 ? 'it' : 'them'} as ${way}.${sequential}`,
  );
}

const hasShape = (value: unknown) => Array.isArray((value as {shape?: unknown} | null | undefined)?.shape);

/** @throws If an input is not a tensor, symbolic or not. */
export function checkTensors(className: string, names: readonly string[], inputs: unknown): void {
  const list: unknown[] = Array.isArray(inputs) ? inputs : [inputs];
  const index = list.findIndex((input) => !hasShape(input));
  if (index < 0 && list.length > 0) return;
  const nested =
    Array.isArray(inputs) && (list.length === 0 || Array.isArray(list[0]) || typeof list[0] === 'number');
  const name = nested || names.length === 1 ? names[0] : (names[index] ?? `input ${index}`);
  const value = nested ? inputs : list[index];
  throw new Error(
    `${className}: ${name} must be a tensor (or a symbolic one, of tf.input), got ${describe(value)}. ` +
      'Make one of numbers by tf.tensor.',
  );
}

/**
 * @param built The shapes that the layer was built for.
 * @throws If a later input differs in an axis other than the batch.
 */
export function checkShapes(
  className: string,
  names: readonly string[],
  inputs: readonly tf.Tensor[],
  built: readonly Shape[],
): void {
  inputs.forEach(({shape}, i) => {
    const expected = built[i];
    const fits =
      shape.length === expected.length &&
      shape.every((size, axis) => axis === 0 || expected[axis] == null || expected[axis] === size);
    if (fits) return;
    throw new Error(
      `${className}: ${names[i]} must have shape ${shapeText(expected)}, for which the layer was built; got ${shapeText(shape, '')}.` +
        batchHint(names[i], shape.length, expected.length) +
        see('debugging#shapes'),
    );
  });
}

/** A shape as text, with B for the batch. */
export function shapeText(shape: Shape, batch = 'B'): string {
  return `[${shape.map((size, axis) => (axis === 0 && batch ? batch : (size ?? '?'))).join(', ')}]`;
}

/** What to do if only the batch axis is missing. */
export function batchHint(name: string, rank: number, expected: number): string {
  return rank === expected - 1
    ? ` The first axis is the batch: tf.expandDims(${name}, 0) makes a batch of one.`
    : '';
}
