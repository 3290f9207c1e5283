/** @file The kernel 'ImplicitOuters': sums of outer products, one matrix per sample. */
import type {OuterRows} from '../contracts/rows.js';
import type {Floats} from '../contracts/vectors.js';
import * as tf from '@tensorflow/tfjs-core';
import {registerHostKernel} from '../backends/host-kernel.js';
import {computesOnBackend, registerDeviceKernel} from '../backends/node-device.js';
import {tensorflowTwin} from '../twins/tensorflow/index.js';
import {createOuterRows} from '../twins/host/outer-rows.js';
import {referenceOuterRows} from '../twins/reference/outers.js';

const OUTERS = 'ImplicitOuters';

/**
 * Σ a bᵀ over one or two pairs of [B, rows] and [B, columns]: [B, rows, columns]. `null` if there is no kernel.
 *
 * @param shared Whether to sum over the batch, too: [1, rows, columns].
 */
export function runOuters(pairs: [a: tf.Tensor, b: tf.Tensor][], shared = false): tf.Tensor | null {
  if (!tf.getKernel(OUTERS, tf.getBackend()) || pairs.length > 2) return null;
  // Elsewhere the product of tfjs is as good.
  if (shared && !computesOnBackend()) return null;
  const [[a, b], [c, d] = []] = pairs;
  const inputs = c && d ? {a, b, c, d} : {a, b};
  return tf.engine().runKernel(OUTERS, inputs as unknown as tf.NamedTensorMap, {shared});
}

registerDeviceKernel(OUTERS, tensorflowTwin.outers);

let outerRows: OuterRows | null = null;

registerHostKernel<'a' | 'b' | 'c' | 'd'>(OUTERS, (inputs, {shared}, allocate) => {
  const [batch, rows] = inputs.a.shape;
  const columns = inputs.b.shape[1];
  const [output] = allocate([shared ? 1 : batch, rows, columns]);
  const own =
    inputs.a.single instanceof Float64Array
      ? referenceOuterRows
      : (outerRows ??= createOuterRows() ?? referenceOuterRows);
  const values = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.single]));
  const given = values as Parameters<OuterRows['sum']>[0];
  if (shared) sumOverBatch(given, batch, rows, columns, output.values);
  else own.sum(given, batch, rows, columns, output.values);
  return [output];
});

/** Only in programs that were recorded where the backend sums over the batch. */
function sumOverBatch(
  {a, b, c, d}: Parameters<OuterRows['sum']>[0],
  batch: number,
  rows: number,
  columns: number,
  out: Floats,
): void {
  const sum = new Float64Array(rows * columns);
  const add = (u: Floats, v: Floats) => {
    for (let k = 0; k < batch; k++) {
      for (let i = 0, at = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++, at++) sum[at] += u[k * rows + i] * v[k * columns + j];
      }
    }
  };
  add(a, b);
  if (c && d) add(c, d);
  out.set(sum);
}
