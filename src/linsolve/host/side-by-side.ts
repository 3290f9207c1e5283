/** @file Runs the processes of a batch together. */
import * as tf from '@tensorflow/tfjs-core';
import {readF64} from '../../kernels/index.js';
import type {LinearMap} from '../rows.js';
import type {Process, Request} from './process.js';

/** The products that a batch of systems requests, on rows [B, n]. */
export type Products = Record<Request['map'], LinearMap> & {
  /** A and Aᵀ in double precision, if there are such products. */
  double?: Record<'A' | 'At', (rows: Float64Array) => Float64Array> | null;
};

/** Runs the processes of all samples; each round of requests is one product per map. */
export function sideBySide<T>(
  processes: Process<T>[],
  products: Products,
  [batch, n]: [number, number],
): T[] {
  const results = new Array<T>(batch);
  const waiting = new Map<number, Request>();
  const resume = (sample: number, answer?: Float64Array) => {
    const {done, value} = answer ? processes[sample].next(answer) : processes[sample].next();
    if (!done) {
      waiting.set(sample, value);
      return;
    }
    waiting.delete(sample);
    results[sample] = value;
  };
  for (let sample = 0; sample < batch; sample++) resume(sample);
  while (waiting.size > 0) {
    const {map} = waiting.values().next().value as Request;
    const asking = [...waiting].filter(([, request]) => request.map === map);
    const exact = map === 'M' ? null : products.double?.[map];
    if (exact) {
      const rows = new Float64Array(batch * n);
      for (const [sample, {vector}] of asking) rows.set(vector, sample * n);
      const values = exact(rows);
      for (const [sample] of asking) resume(sample, values.slice(sample * n, (sample + 1) * n));
      continue;
    }
    const rows = new Float32Array(batch * n);
    for (const [sample, {vector}] of asking) {
      rows.set(vector, sample * n);
      vector.set(rows.subarray(sample * n, (sample + 1) * n));
    }
    const image = tf.tidy(() => products[map](tf.tensor2d(rows, [batch, n])));
    const values = readF64(image);
    image.dispose();
    for (const [sample] of asking) resume(sample, values.slice(sample * n, (sample + 1) * n));
  }
  return results;
}
