/** @file The inputs of a layer and their shapes, as lists. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';

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

/** @throws If a layer gets another number of inputs than it takes. */
export function checkCount(className: string, names: readonly string[], count: number): void {
  if (names.length === count) return;
  const takes =
    names.length === 1 ? `one input, ${names[0]}` : `${names.length} inputs (${names.join(', ')})`;
  const way = names.length === 1 ? `layer.apply(${names[0]})` : `layer.apply([${names.join(', ')}])`;
  throw new Error(
    `${className} takes ${takes}, but got ${count}. Pass ${names.length === 1 ? 'it' : 'them'} as ${way}.`,
  );
}
