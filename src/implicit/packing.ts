/** @file The leaves of x as rows [B, n], the vectors of the linear systems. */
import * as tf from '@tensorflow/tfjs-core';
import {see} from '../checks/index.js';
import {doublesOf, hasDoubles, noteDoubles, unflatten, type Structure} from '../autodiff/index.js';

export interface Packing {
  /** [B, n]; one row if not batched. */
  shape: [number, number];
  pack(leaves: readonly tf.Tensor[]): tf.Tensor2D;
  unpack(rows: tf.Tensor): tf.Tensor[];
  /** `unpack` as a structure. */
  restore<X extends Structure>(like: X, rows: tf.Tensor): X;
}

/**
 * @throws If x has no batch axis although `batched`, or its leaves disagree about its size.
 */
export function packingOf(leaves: readonly tf.Tensor[], batched: boolean): Packing {
  if (leaves.length === 0) throw new Error('The solution x has no tensors.');
  const shapes = leaves.map(({shape}) => shape);
  const oneSystem = !batched || shapes.every((shape) => shape.length === 0);
  const batch = oneSystem ? 1 : batchSize(shapes);
  const [widths, starts]: [number[], number[]] = [[], []];
  let width = 0;
  for (const shape of shapes) {
    let own = 1;
    for (let axis = oneSystem ? 0 : 1; axis < shape.length; axis++) own *= shape[axis];
    widths.push(own);
    starts.push(width);
    width += own;
  }
  const unpack = (rows: tf.Tensor): tf.Tensor[] => {
    const parts = tf.tidy(() => {
      const matrix = tf.reshape(rows, [batch, width]);
      return shapes.map((shape, i) =>
        tf.reshape(tf.slice(matrix, [0, starts[i]], [batch, widths[i]]), shape),
      );
    });
    if (!hasDoubles(rows)) return parts;
    const all = doublesOf(rows);
    return parts.map((part, i) => {
      const own = (at: number) => all[Math.floor(at / widths[i]) * width + starts[i] + (at % widths[i])];
      return noteDoubles(
        part,
        Float64Array.from({length: part.size}, (_, at) => own(at)),
      );
    });
  };
  const pack = (tensors: readonly tf.Tensor[]): tf.Tensor2D => {
    const rows = tf.tidy(
      () =>
        tf.concat(
          tensors.map((tensor, i) => tf.reshape(tensor, [batch, widths[i]])),
          1,
        ) as tf.Tensor2D,
    );
    if (!tensors.some(hasDoubles)) return rows;
    const all = new Float64Array(batch * width);
    tensors.forEach((tensor, i) => {
      const own = doublesOf(tensor);
      for (let b = 0; b < batch; b++)
        all.set(own.subarray(b * widths[i], (b + 1) * widths[i]), b * width + starts[i]);
    });
    return noteDoubles(rows, all);
  };
  return {
    shape: [batch, width],
    pack,
    unpack,
    restore: (like, rows) => unflatten(like, unpack(rows)),
  };
}

function batchSize(shapes: number[][]): number {
  if (shapes.every((shape) => shape.length < 2)) {
    throw new Error(
      `The solution x has shape [${shapes[0]}]: is that one system or a batch of systems? ` +
        'Pass {batched: false} for one system over all entries, or give x a batch axis ([1, n] for one sample).' +
        see('debugging#shapes'),
    );
  }
  const batch = shapes[0][0];
  for (const shape of shapes) {
    if (shape[0] !== batch) {
      throw new Error(
        `All tensors of a batched x must have the same size along axis 0, got shapes ${shapes.map((s) => `[${s}]`).join(', ')}.`,
      );
    }
  }
  return batch;
}
