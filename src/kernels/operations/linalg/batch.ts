/** @file Processes matrices one at a time: all axes before the last two are batch axes and broadcast as in tfjs. */
import * as tf from '@tensorflow/tfjs-core';
import {see} from '../../../checks/index.js';
import {matrixKernels} from '../../twins/current-matrices.js';
import {zerosLike, type Floats} from '../../contracts/vectors.js';
import type {HostInput, HostOutput} from '../../backends/host-kernel.js';

/** Which entries of a matrix a routine reads. */
export type Reads = (row: number, column: number) => boolean;

/** Calls `visit` with each matrix of a batch: a copy, in the memory of the kernels, that may be overwritten. */
export function forEachMatrix(
  {single, shape}: HostInput,
  visit: (matrix: Float64Array, index: number) => void,
): void {
  const size = shape[shape.length - 2] * shape[shape.length - 1];
  const count = tf.util.sizeFromShape(shape.slice(0, -2));
  const kernels = matrixKernels();
  kernels.scope(() => {
    const matrix = kernels.vector(size);
    for (let i = 0; i < count; i++) {
      matrix.set(single.subarray(i * size, (i + 1) * size));
      visit(matrix, i);
    }
  });
}

/** The broadcast batch shape of two arrays of matrices. */
export function batchOf(a: HostInput, b: HostInput): number[] {
  return tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
}

/**
 * Factors each matrix of `a` once, then calls `use` for the samples of the broadcast batch that use it, with its factors and the sample's
 * right-hand side, a copy that may be overwritten. Arrays are in the memory of the kernels.
 */
export function forEachSystem<Factors>(
  a: HostInput,
  b: HostInput,
  factor: (matrix: Float64Array, index: number) => Factors,
  use: (factors: Factors, rightSide: Float64Array, sample: number) => void,
): void {
  const batch = batchOf(a, b);
  const fromB = sources(b.shape.slice(0, -2), batch);
  const samplesOf = new Map<number, number[]>();
  sources(a.shape.slice(0, -2), batch).forEach((source, sample) => {
    if (!samplesOf.has(source)) samplesOf.set(source, []);
    samplesOf.get(source)!.push(sample);
  });
  const size = b.shape[b.shape.length - 2] * b.shape[b.shape.length - 1];
  const {single} = b;
  const kernels = matrixKernels();
  kernels.scope(() => {
    const rightSide = kernels.vector(size);
    forEachMatrix(a, (matrix, index) => {
      const factors = factor(matrix, index);
      for (const sample of samplesOf.get(index) ?? []) {
        const start = fromB[sample] * size;
        rightSide.set(single.subarray(start, start + size));
        use(factors, rightSide, sample);
      }
    });
  });
}

/** For each sample of `batch`, the index of its matrix in an array of batch shape `own`. */
function sources(own: number[], batch: number[]): Int32Array {
  const lead = batch.length - own.length;
  const result = new Int32Array(tf.util.sizeFromShape(batch));
  for (let sample = 0; sample < result.length; sample++) {
    let rest = sample;
    let stride = 1;
    for (let axis = batch.length - 1; axis >= lead; axis--) {
      const size = own[axis - lead];
      if (size !== 1) result[sample] += (rest % batch[axis]) * stride;
      stride *= size;
      rest = Math.floor(rest / batch[axis]);
    }
  }
  return result;
}

/** For an error message: ' of sample 3', ' of sample [1, 0]', or nothing if there is no batch. */
export function ofSample(shape: number[], index: number): string {
  const batch = shape.slice(0, -2);
  if (batch.length === 0) return '';
  const at = batch.map((size, axis) => {
    const stride = tf.util.sizeFromShape(batch.slice(axis + 1));
    return Math.floor(index / stride) % size;
  });
  return batch.length === 1 ? ` of sample ${index}` : ` of sample [${at.join(', ')}]`;
}

/**
 * @param reads By default all entries.
 * @throws If an entry that is read is NaN or infinite.
 */
export function checkFinite(caller: string, name: string, {single, shape}: HostInput, reads?: Reads): void {
  // One pass without a branch: zero times a non-finite entry is NaN, and a sum with NaN stays NaN.
  let probe = 0;
  for (let i = 0; i < single.length; i++) probe += 0 * single[i];
  if (probe === 0) return;
  const [rows, columns] = shape.slice(-2);
  for (let i = 0; i < single.length; i++) {
    if (Number.isFinite(single[i])) continue;
    const at = i % (rows * columns);
    const [row, column] = [Math.floor(at / columns), at % columns];
    if (reads && !reads(row, column)) continue;
    const sample = ofSample(shape, Math.floor(i / (rows * columns)));
    throw new Error(
      `${caller}: entry [${row}, ${column}] of ${name}${sample} is ${single[i]}, not a finite number.${see('linalg#errors')}`,
    );
  }
}

/** The lower triangle with the diagonal. */
export const LOWER: Reads = (row, column) => column <= row;

/** An output to be filled in, with the precision of an input. */
export function floatOutput({single}: HostInput, ...shape: number[]): HostOutput & {values: Floats} {
  return {values: zerosLike(single, tf.util.sizeFromShape(shape)), shape, dtype: 'float32'};
}
