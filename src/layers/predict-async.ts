/** @file The output of a model, computed without blocking the page or the server that it runs in. */
import type * as tf from '@tensorflow/tfjs-core';
import type {LayersModel} from '@tensorflow/tfjs-layers';
import {predictInParts, type PredictOptions} from './base/predict-in-parts.js';

/**
 * `model.predict(x)` in parts of about 8 ms, between which the event loop goes on: a page stays responsive. Without a gradient.
 *
 *     const y = await predictAsync(model, x, {signal: controller.signal, onProgress: ({done, total}) => show(done / total)});
 *
 * For any `tf.LayersModel`. The numbers are those of `predict`; a layer of this library reports on the whole batch (`diagnostics`), as if
 * it had been called once. x is read when it is called; the weights are read part by part, so do not train meanwhile. A single row is
 * never divided.
 *
 * @param x The input, or several, with the batch axis first.
 * @returns The output, or several; the caller disposes of them.
 * @throws (rejects) As `predict`; if a gradient is being recorded; with an `AbortError` if the signal is aborted; or what `onProgress` throws.
 */
export async function predictAsync(
  model: Pick<LayersModel, 'predict'>,
  x: tf.Tensor | tf.Tensor[],
  options: PredictOptions = {},
): Promise<tf.Tensor | tf.Tensor[]> {
  const call = (rows: tf.Tensor | tf.Tensor[]) => {
    const [{shape}] = [rows].flat();
    return model.predict(rows, {batchSize: Math.max(1, shape[0])}) as tf.Tensor | tf.Tensor[];
  };
  return predictInParts('predictAsync', call, x, options);
}
