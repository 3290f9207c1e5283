/** @file The kernel 'ImplicitKKT' on WebGPU, and what else solves such systems. */
import * as tf from '@tensorflow/tfjs-core';
import {chooseLanes, fastWords, wordsAtOnce} from './device.js';
import {kktAdjoint, kktAdjointAreas, kktRecord} from './kkt-adjoint.wgsl.js';
import {HOT_AREAS} from './kkt.wgsl.js';
import {moveToFast, placesOf, roomFor, slotsIn, tileOf, type Memory} from './memory.js';
import type {GpuCompute} from './register.js';
import {bindInputs, solveProblems, type BoundInputs, type Routine} from './run-problems.js';
import type {WebGPU} from './types.js';
import {unpack} from './unpack.js';

export interface KktSizes {
  batch: number;
  n: number;
  m: number;
  k: number;
  transposed: boolean;
}

/** Solves the system of each sample. @returns The records, to be disposed of. */
export function solveSystems(
  backend: WebGPU,
  routine: Routine,
  {batch, n, m, k, transposed}: KktSizes,
  bound: BoundInputs,
): Memory & {places: Record<string, number>} {
  const lanes = chooseLanes(backend, {batch, width: n + m + k});
  const areas = kktAdjointAreas(n, m, k);
  const {places: all, words} = placesOf(areas);
  const placed = moveToFast(all, areas, HOT_AREAS, (wanted) => fastWords(backend, lanes, wanted));
  const room = Math.max(words, Math.min(wordsAtOnce(backend), roomFor(batch, words, lanes)));
  const work = backend.makeTensorInfo([room], 'float32');
  const own = placesOf(kktRecord(n, m, k));
  const record = {
    ...own,
    info: backend.makeTensorInfo([roomFor(batch, own.words, lanes)], 'float32'),
    tile: tileOf(batch, lanes),
  };
  const {slots, tile} = slotsIn(room, words, {lanes, count: batch});
  const problems = {
    ...{lanes, bound, first: 0, count: batch, slots, ...placed, record},
    sizes: {n, m, k, transposed: Number(transposed)},
  };
  solveProblems(backend, routine, problems, {info: work, words, tile});
  backend.disposeData(work.dataId);
  return record;
}

export const gpuKKT: GpuCompute<'Q' | 'G' | 'A' | 'weight' | 'status' | 'right'> = (
  {Q, G, A, weight, status, right},
  {transpose},
  backend,
) => {
  const [batch] = right.shape;
  const sizes = {batch, n: Q.shape[2], m: G.shape[1], k: A.shape[1], transposed: transpose as boolean};
  const isEmpty = tf.util.sizeFromShape(right.shape) === 0;
  const outputs = [
    backend.makeTensorInfo(right.shape, 'float32', isEmpty ? new Float32Array(0) : undefined),
    backend.makeTensorInfo([batch], 'float32', batch === 0 ? new Float32Array(0) : undefined),
  ];
  if (batch === 0) return outputs;
  const bound = bindInputs(backend, {Q, G, A, right, weight, status}, batch, 2);
  const record = solveSystems(backend, kktAdjoint, sizes, bound);
  const columns = [right.shape[1], 1];
  const found = ['u', 'residual'].map((name, i) => ({
    ...{info: outputs[i], at: record.places[name], step: 1, columns: columns[i]},
  }));
  unpack(backend, record, found, 0, batch);
  backend.disposeData(record.info.dataId);
  bound.dispose();
  return outputs;
};
