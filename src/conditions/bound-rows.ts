/** @file The rows of bounds in the KKT conditions of a quadratic program: −x ≤ −lower, and x ≤ upper, after those of G. */
import * as tf from '@tensorflow/tfjs-core';
import {boundRows} from '../kernels/index.js';
import {columnParts} from '../linalg/index.js';

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
  const general = y.shape[1]! - rows;
  const parts = columnParts(y, [...(general ? [general] : []), ...new Array<number>(rows / n).fill(n)]);
  const ofG = general ? parts[0] : tf.zeros([y.shape[0], 0]);
  const last = parts[parts.length - 1];
  if (sides === 3) return {ofG, ofX: tf.sub(last, parts[parts.length - 2])};
  return {ofG, ofX: sides === 1 ? tf.neg(last) : last};
}

/** The cotangents of h, lower and upper, for those of all right-hand sides, [B, m]. */
export function boundCotangents<T extends Bounds>(y: tf.Tensor, {h, lower, upper}: T & {h: tf.Tensor}) {
  const sumTo = (part: tf.Tensor, {shape}: tf.Tensor) =>
    shape[0] === part.shape[0] ? part : tf.sum(part, 0, true);
  const given = [h, lower, upper].filter((one) => one !== undefined && one.shape[1]! > 0) as tf.Tensor[];
  const parts =
    given.length === 0
      ? []
      : columnParts(
          y,
          given.map(({shape}) => shape[1]!),
        );
  const summed = new Map(given.map((one, i) => [one, sumTo(parts[i], one)]));
  return {
    h: summed.get(h) ?? tf.zerosLike(h),
    ...(lower && {lower: tf.neg(summed.get(lower)!)}),
    ...(upper && {upper: summed.get(upper)!}),
  };
}
