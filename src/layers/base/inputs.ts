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
  if (list.length !== names.length) {
    throw new Error(
      `${className} takes ${names.length} inputs (${names.join(', ')}), but got ${list.length}.`,
    );
  }
  return list;
}

/** The shapes as a list. */
export function shapeList(shape: Shape | Shape[]): Shape[] {
  return Array.isArray(shape[0]) ? (shape as Shape[]) : [shape as Shape];
}
