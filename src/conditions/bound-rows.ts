/** @file The rows of bounds in the KKT conditions of a quadratic program: −x ≤ −lower, and x ≤ upper, after those of G. */
import * as tf from '@tensorflow/tfjs-core';
import {boundRows} from '../kernels/index.js';

type Bounds = {lower?: tf.Tensor | undefined; upper?: tf.Tensor | undefined};

/** The values of all inequalities, [B, m], from those of G and x. */
export function withBoundRows(Gx: tf.Tensor, x: tf.Tensor, sides: number): tf.Tensor {
  if (!sides) return Gx;
  return tf.concat([Gx, ...(sides & 1 ? [tf.neg(x)] : []), ...(sides & 2 ? [x] : [])], 1);
}

/** h, and then −lower and upper where they are given, [B, m]. */
export function rightSides(h: tf.Tensor, {lower, upper}: Bounds): tf.Tensor {
  const parts = [h, ...(lower ? [tf.neg(lower)] : []), ...(upper ? [upper] : [])];
  if (parts.length === 1) return h;
  const batch = Math.max(...parts.map(({shape}) => shape[0]));
  return tf.concat(
    parts.map((part): tf.Tensor => (part.shape[0] === batch ? part : tf.tile(part, [batch, 1]))),
    1,
  );
}

/** Of multipliers or other values of all inequalities, [B, m]: those of G, and the sum over the bounds of each variable, if there are any. */
export function splitBoundRows(
  y: tf.Tensor,
  n: number,
  sides: number,
): {ofG: tf.Tensor; ofX: tf.Tensor | null} {
  if (!sides) return {ofG: y, ofX: null};
  const rows = boundRows(sides, n);
  const [ofG, first, second] = tf.split(y, [y.shape[1]! - rows, ...new Array<number>(rows / n).fill(n)], 1);
  if (sides === 3) return {ofG, ofX: tf.sub(second, first)};
  return {ofG, ofX: sides === 1 ? tf.neg(first) : first};
}

/** The cotangents of h, lower and upper, for those of all right-hand sides, [B, m]. */
export function boundCotangents<T extends Bounds>(y: tf.Tensor, {h, lower, upper}: T & {h: tf.Tensor}) {
  const sumTo = (part: tf.Tensor, {shape}: tf.Tensor) =>
    shape[0] === part.shape[0] ? part : tf.sum(part, 0, true);
  const given = [h, lower, upper].filter((one) => one !== undefined);
  const parts =
    given.length === 1
      ? [y]
      : tf.split(
          y,
          given.map(({shape}) => shape[1]!),
          1,
        );
  const summed = parts.map((part, i) => sumTo(part, given[i]));
  return {
    h: summed[0],
    ...(lower && {lower: tf.neg(summed[1])}),
    ...(upper && {upper: summed[summed.length - 1]}),
  };
}
