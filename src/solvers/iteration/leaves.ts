/** @file Operations on structures, leaf by leaf, with the sample axis first. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, flattenLike, offTape, unflatten, type Structure} from '../../autodiff/index.js';
import {sumOf} from '../../linalg/index.js';

export function mapLeaves<S extends Structure>(structure: S, f: (leaf: tf.Tensor) => tf.Tensor): S {
  return unflatten(structure, flatten(structure).map(f));
}

export function zerosLike<S extends Structure>(structure: S): S {
  return mapLeaves(structure, (leaf) => tf.zerosLike(leaf));
}

/** `next` for samples that are active, otherwise `previous`; leaf by leaf, with the sample axis first, in the order of `previous`. */
export function select<S extends Structure>(active: tf.Tensor, next: S, previous: S): S {
  const after = flattenLike('The next iterate', next, previous, 'the one before');
  const one = active.shape[0] === 1;
  return unflatten(
    previous,
    flatten(previous).map((before, i) => {
      const leaf = after[i];
      const shape = one ? leaf.shape.map(() => 1) : [active.shape[0], ...leaf.shape.slice(1).map(() => 1)];
      const mask = offTape(() => tf.broadcastTo(tf.cast(tf.reshape(active, shape), 'bool'), leaf.shape));
      return tf.where(mask, leaf, before);
    }),
  );
}

/** f of the leaves of two structures of the same form, pair by pair: records are paired by name. The result has the form of `a`. */
export function combine<X extends Structure = tf.Tensor>(
  a: X,
  b: X,
  f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
): X {
  const others = flattenLike('A result', b, a);
  return unflatten(
    a,
    flatten(a).map((leaf, i) => f(leaf, others[i])),
  );
}

/** One number per sample, [B], reshaped to the rank of a leaf: [B, 1, …]. */
export function beside(values: tf.Tensor, leaf: tf.Tensor, batched: boolean): tf.Tensor {
  return tf.reshape(
    values,
    batched ? [values.shape[0], ...leaf.shape.slice(1).map(() => 1)] : leaf.shape.map(() => 1),
  );
}

/** ⟨a, b⟩ for each sample, [B]. */
export function innerProduct(a: Structure, b: Structure, batched: boolean): tf.Tensor {
  const others = flattenLike('A result', b, a);
  return sumOf(
    flatten(a).map((leaf, i) => {
      const rows = [batched ? leaf.shape[0] : 1, -1];
      return tf.sum(tf.mul(tf.reshape(leaf, rows), tf.reshape(others[i], rows)), 1);
    }),
  );
}

/** The samples of `x` for which `kept` [B] is true; zeros for the others, with a zero gradient. */
export function keepSamples(kept: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const shape = [x.shape[0], ...x.shape.slice(1).map(() => 1)];
  const mask = offTape(() => tf.broadcastTo(tf.cast(tf.reshape(kept, shape), 'bool'), x.shape));
  return tf.where(mask, x, tf.zerosLike(x));
}

/** The number of samples of x. */
export function samplesOf(x: Structure, batched: boolean): number {
  return batched ? flatten(x)[0].shape[0] : 1;
}
