/** @file Divides the columns of a matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, recordOp} from '../autodiff/index.js';
import {shouldLook} from '../programs/index.js';

/** Consecutive columns of [B, n], so many in each part; the sizes are positive. tfjs's split takes long on the backend 'cpu'. */
export function columnParts(values: tf.Tensor, sizes: number[]): tf.Tensor[] {
  if (sizes.length === 1) return [values];
  if (!shouldLook()) return [...tf.split(values, sizes, 1)];
  return recordOp({
    name: 'ColumnParts',
    values: offTape(() => dividedOnHost(values, sizes)),
    inputs: [values],
    gradient: (dys) => [tf.concat(dys, 1)],
  });
}

function dividedOnHost(values: tf.Tensor, sizes: number[]): tf.Tensor[] {
  const [batch, width] = values.shape as [number, number];
  const all = values.dataSync() as Float32Array;
  let from = 0;
  return sizes.map((size) => {
    const part = new Float32Array(batch * size);
    for (let row = 0, at = from; row < batch; row++, at += width) {
      part.set(all.subarray(at, at + size), row * size);
    }
    from += size;
    return tf.engine().makeTensor(part, [batch, size], 'float32');
  });
}
