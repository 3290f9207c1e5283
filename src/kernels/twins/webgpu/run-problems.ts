/** @file Runs a WGSL routine on every problem of a batch, with one thread per problem, or one workgroup if problems are large. */
import * as tf from '@tensorflow/tfjs-core';
import {chooseLanes, problemsAtOnce} from './device.js';
import {run, THREADS} from './dispatch.js';
import {DOUBLE} from './double.wgsl.js';
import {lanesCode} from './lanes.wgsl.js';
import type {Uniform, WebGPU} from './types.js';

/**
 * WGSL that defines `fn solve()`, which treats one problem.
 *
 * In the code, `$name` is a size, a number, or the place of an area in the problem's memory. `given_name(i)` reads entry i of an input.
 * `rd` and `wr` read and write areas, and `rdd` and `wrd` do so for areas of doubles. The code is written for LANES threads that share a
 * problem: each takes every LANES-th entry, starting at `lane`. `sync()` makes all writes visible to all threads, and a condition around a
 * `sync()` must go through `agree`.
 */
export interface Routine {
  /** Identifies the shader. Different code needs a different name. */
  name: string;
  code: () => string;
}

/** A part of a problem's memory, with a number of entries that are f32, or doubles of two f32. */
export interface Area {
  size: number;
  double?: boolean;
  /** The earlier area that contains this one, which starts at the word `offset`. */
  within?: string;
  offset?: number;
}

export interface Problems {
  batch: number;
  /** A measure of a problem's work: how many threads can share it. */
  width: number;
  /** Tensors with the batch as the first axis, or with one entry for all samples. */
  inputs: Record<string, tf.TensorInfo>;
  sizes?: Record<string, number>;
  numbers?: Record<string, number>;
  areas: Record<string, Area>;
}

/** An area that is returned as a tensor. */
export interface Output {
  area: string;
  /** With the batch as the first axis. */
  shape: number[];
  dtype?: 'float32' | 'int32';
}

/** @returns The outputs in the requested order. */
export function runProblems(
  backend: WebGPU,
  routine: Routine,
  problems: Problems,
  outputs: readonly Output[],
): tf.TensorInfo[] {
  const {batch, width, inputs, sizes = {}, numbers = {}, areas} = problems;
  if (batch === 0) return outputs.map(({shape, dtype = 'float32'}) => empty(backend, shape, dtype));
  const places: Record<string, number> = {};
  let words = 0;
  for (const [name, {size, double, within, offset = 0}] of Object.entries(areas)) {
    places[name] = within === undefined ? words : places[within] + offset;
    if (within !== undefined) continue;
    words += double ? 2 * size : size;
  }
  words = Math.max(1, words);
  const {data, starts, strides} = packInputs(backend, inputs, batch);
  const lanes = chooseLanes(backend, width);
  const chunk = problemsAtOnce(backend, words, lanes);
  const parts: tf.TensorInfo[][] = outputs.map(() => []);
  for (let first = 0; first < batch; first += chunk) {
    const count = Math.min(chunk, batch - first);
    const tile = lanes === 1 ? Math.min(TILE, count) : 1;
    const integers = {...sizes, ...places, ...starts, ...strides, first, count, words, tile};
    const uniforms: Uniform[] = [
      // A zero that the compiler cannot know in advance; see `double.wgsl.ts`.
      {name: 'nothing', type: 'int32', data: [0]},
      ...Object.entries(integers).map(([name, value]) => ({name, type: 'int32' as const, data: [value]})),
      ...Object.entries(numbers).map(([name, value]) => ({name, type: 'float32' as const, data: [value]})),
    ];
    const readers = () =>
      Object.keys(inputs)
        .map(
          (name) =>
            `fn given_${name}(i: i32) -> f32 { return data[$at_${name} + ($first + problem) * $step_${name} + i]; }`,
        )
        .join('\n');
    const code = () => [DOUBLE, lanesCode(lanes), readers(), routine.code()].join('\n');
    const packed = run(backend, {
      key: `tfjs-implicit ${routine.name} ${lanes}`,
      code,
      inputs: {data},
      uniforms,
      workgroup: lanes === 1 ? THREADS : lanes,
      threads: count * lanes,
      output: backend.makeTensorInfo([words * tile * Math.ceil(count / tile)], 'float32'),
    });
    outputs.forEach(({area, shape, dtype = 'float32'}, i) => {
      const size = tf.util.sizeFromShape(shape) / batch;
      parts[i].push(
        unpack(backend, packed, {
          at: places[area],
          step: areas[area].double ? 2 : 1,
          size,
          count,
          words,
          tile,
          dtype,
        }),
      );
    });
    backend.disposeData(packed.dataId);
  }
  backend.disposeData(data.dataId);
  return outputs.map(({shape, dtype = 'float32'}, i) => {
    if (parts[i].length === 1) return {...parts[i][0], shape};
    const joined = callKernel(backend, 'Concat', parts[i] as unknown as tf.NamedTensorInfoMap, {axis: 0});
    for (const part of parts[i]) backend.disposeData(part.dataId);
    return {dataId: joined.dataId, shape, dtype};
  });
}

/** The number of problems whose memory is interleaved, so that neighbouring threads read neighbouring words. */
const TILE = 32;

/**
 * Packs all inputs into one buffer, because a shader may have only few buffers. Also returns where each input begins, and the distance
 * between its samples.
 */
function packInputs(backend: WebGPU, inputs: Record<string, tf.TensorInfo>, batch: number) {
  const starts: Record<string, number> = {};
  const strides: Record<string, number> = {};
  const flat: tf.TensorInfo[] = [];
  const cast: tf.TensorInfo[] = [];
  let at = 0;
  for (const [name, info] of Object.entries(inputs)) {
    const size = tf.util.sizeFromShape(info.shape);
    starts[`at_${name}`] = at;
    strides[`step_${name}`] = info.shape[0] === batch && batch > 1 ? size / batch : 0;
    if (size === 0) continue;
    let float = info;
    if (info.dtype !== 'float32')
      cast.push((float = callKernel(backend, 'Cast', {x: info}, {dtype: 'float32'})));
    flat.push({dataId: float.dataId, shape: [size], dtype: 'float32'});
    at += size;
  }
  const data =
    at === 0
      ? backend.makeTensorInfo([1], 'float32', new Float32Array(1))
      : callKernel(backend, 'Concat', flat as unknown as tf.NamedTensorInfoMap, {axis: 0});
  for (const info of cast) backend.disposeData(info.dataId);
  return {data, starts, strides};
}

/** Calls a tfjs kernel. */
export function callKernel(
  backend: WebGPU,
  name: string,
  inputs: tf.NamedTensorInfoMap,
  attrs: tf.NamedAttrMap = {},
): tf.TensorInfo {
  return tf.getKernel(name, 'webgpu').kernelFunc({inputs, attrs, backend}) as tf.TensorInfo;
}

interface Packing {
  at: number;
  step: number;
  size: number;
  count: number;
  words: number;
  tile: number;
  dtype: 'float32' | 'int32';
}

/** Returns one area of every problem as a tensor [count, size]. */
function unpack(backend: WebGPU, packed: tf.TensorInfo, packing: Packing): tf.TensorInfo {
  const {at, step, size, count, words, tile, dtype} = packing;
  if (size === 0) return empty(backend, [count, 0], dtype);
  const output = backend.makeTensorInfo([count, size], dtype);
  const integers = {at, step, words, tile, columns: size, total: count * size};
  return run(backend, {
    key: `tfjs-implicit unpack ${dtype}`,
    code: () => `
fn main(index: i32) {
  if (index >= $total) { return; }
  let sample = index / $columns;
  let place = $at + index % $columns * $step;
  result[index] = ${dtype === 'int32' ? 'i32' : 'f32'}(packed[(sample / $tile * $words + place) * $tile + sample % $tile]);
}`,
    inputs: {packed},
    uniforms: Object.entries(integers).map(([name, value]) => ({name, type: 'int32', data: [value]})),
    workgroup: THREADS,
    threads: count * size,
    output,
  });
}

function empty(backend: WebGPU, shape: number[], dtype: 'float32' | 'int32'): tf.TensorInfo {
  return backend.makeTensorInfo(shape, dtype, tf.util.getTypedArrayFromDType(dtype, 0));
}
