/** @file Prepares tensors for a map: casts them to float32, and handles empty tensors. */
import * as tf from '@tensorflow/tfjs-core';
import {rollBackOnThrow} from './engine.js';
import {recordOp} from './op.js';

/**
 * A map of x and further arguments to a tensor of x's shape, inside a `tf.tidy`. Tensors of integers or booleans are cast to
 * float32, because some kernels of tfjs would read their memory as floats. An empty x is returned unchanged with a gradient of
 * zero, because some kernels of tfjs do not accept one.
 *
 * @param where The name used in errors, e.g. 'projections.box'.
 * @throws If a tensor is not of numbers. Then no tensors and no entries on the tape remain.
 */
export function floatMap<T extends {x: tf.Tensor}>(
  where: string,
  given: T,
  map: (floats: T) => tf.Tensor,
): tf.Tensor {
  return rollBackOnThrow(() =>
    tf.tidy(() => {
      const floats = Object.fromEntries(
        Object.entries(given).map(([name, value]) => [name, asFloat(where, name, value)]),
      ) as T;
      if (floats.x.size > 0) return map(floats);
      return nothing([floats.x.shape], tensorsIn(floats))[0];
    }),
  );
}

function tensorsIn(value: unknown): tf.Tensor[] {
  if (value instanceof tf.Tensor) return [value as tf.Tensor];
  return isCollection(value) ? (Object.values(value) as unknown[]).flatMap(tensorsIn) : [];
}

function isCollection(value: unknown): value is object {
  return Array.isArray(value) || (value !== null && typeof value === 'object' && isPlain(value));
}

const isPlain = (value: object) =>
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

/**
 * A tensor as float32, also inside a list or a record; anything else unchanged.
 *
 * @throws If a tensor is of strings or complex numbers.
 */
export function asFloat<T>(where: string, name: string, value: T): T {
  if (isCollection(value)) {
    const entries = Object.entries(value).map(([key, each]) => [
      key,
      asFloat(where, `${name}.${key}`, each as unknown),
    ]);
    return (Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries)) as T;
  }
  if (!(value instanceof tf.Tensor) || value.dtype === 'float32') return value;
  if (value.dtype !== 'int32' && value.dtype !== 'bool') {
    throw new Error(
      `${where}: ${name} must be a tensor of real numbers, got one of dtype '${value.dtype}'. Cast it to float32.`,
    );
  }
  return tf.cast(value, 'float32') as tf.Tensor as T;
}

/** Zeros that stay connected to their inputs. Their gradient is zero and can itself be differentiated. */
export function nothing(shapes: readonly number[][], inputs: readonly tf.Tensor[]): tf.Tensor[] {
  return recordOp({
    name: 'Nothing',
    values: shapes.map((shape) => tf.zeros(shape)),
    inputs,
    gradient: (_dys, _outputs, saved) => {
      const floats = saved.filter(({dtype}) => dtype === 'float32');
      return nothing(
        floats.map(({shape}) => shape),
        floats,
      );
    },
  });
}
