/** @file Runs a WGSL routine on every problem of a batch, with one thread per problem, or one workgroup if problems are large. */
import * as tf from '@tensorflow/tfjs-core';
import {chooseLanes, hasSubgroups, wordsAtOnce} from './device.js';
import {buffersAtOnce, run, THREADS, type Binding} from './dispatch.js';
import {DOUBLE} from './double.wgsl.js';
import {gather} from './gather.js';
import {lanesCode} from './lanes.wgsl.js';
import {placesOf, slotsIn, roomFor, type Areas, type Memory} from './memory.js';
import type {WebGPU} from './types.js';
import {unpack, type Unpacked} from './unpack.js';

export type {Area, Areas} from './memory.js';

/**
 * WGSL that defines `fn solve()`, which treats one problem.
 *
 * In the code, `$name` is a size, a number, or the place of an area in the problem's memory. `given_name(i)` reads entry i of an input.
 * `rd` and `wr` read and write areas, and `rdd` and `wrd` do so for areas of doubles; `noted` and `note` do so for areas of the record,
 * which stays. The code is written for LANES threads that share a problem: each takes every LANES-th entry, starting at `lane`. `sync()`
 * makes all writes visible to all threads, and a condition around a `sync()` must go through `agree`.
 */
export interface Routine {
  /** Identifies the shader. Different code needs a different name. */
  name: string;
  code: (lanes: number) => string;
  /** Names of sizes and numbers that the code sets itself: `$name` is then a variable. */
  variables?: Record<string, 'i32' | 'f32'>;
}

export interface Problems {
  batch: number;
  /** A measure of a problem's work: how many threads can share it. */
  width: number;
  /** Tensors with the batch as the first axis, or with one entry for all samples; small ones last. */
  inputs: Record<string, tf.TensorInfo>;
  sizes?: Record<string, number>;
  numbers?: Record<string, number>;
  areas: Areas;
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
  const {batch, areas, sizes, numbers} = problems;
  const results = outputs.map(({shape, dtype = 'float32'}) => {
    const isEmpty = tf.util.sizeFromShape(shape) === 0;
    return backend.makeTensorInfo(
      shape,
      dtype,
      isEmpty ? tf.util.getTypedArrayFromDType(dtype, 0) : undefined,
    );
  });
  if (batch === 0) return results;
  const lanes = chooseLanes(backend, problems);
  const {places, words} = placesOf(areas);
  const room = Math.max(words, Math.min(wordsAtOnce(backend), roomFor(batch, words, lanes)));
  const {slots, tile} = slotsIn(room, words, {lanes, count: batch});
  const bound = bindInputs(backend, problems.inputs, batch, 1);
  const memory = {info: backend.makeTensorInfo([room], 'float32'), words, tile};
  for (let first = 0; first < batch; first += slots) {
    const count = Math.min(slots, batch - first);
    const part = {lanes, bound, first, count, slots: count};
    solveProblems(backend, routine, {...{sizes, numbers, places}, ...part}, memory);
    const parts = outputs.map(({area, shape}, i): Unpacked => {
      const columns = tf.util.sizeFromShape(shape) / batch;
      return {info: results[i], at: places[area], step: areas[area].double ? 2 : 1, columns};
    });
    unpack(backend, memory, parts, first, count);
  }
  backend.disposeData(memory.info.dataId);
  bound.dispose();
  return results;
}

/** Tensors that a shader reads, bound to it. */
export interface BoundInputs {
  buffers: Binding[];
  /** What places the samples of an input in its buffer. */
  integers: Record<string, number>;
  /** Defines `given_name` for each of the inputs, of the sample `sample`. */
  code: string;
  /** The buffer that inputs share, and the part of `code` that reads it. */
  packed: {buffer: Binding; code: string};
  dispose(): void;
}

/**
 * Binds inputs without copying them, as far as there is room for their buffers. The last of them share one.
 *
 * @param others The number of other buffers of the shader.
 * @param pack Those that share one in any case.
 */
export function bindInputs(
  backend: WebGPU,
  inputs: Record<string, tf.TensorInfo>,
  batch: number,
  others: number,
  pack: readonly string[] = [],
): BoundInputs {
  const sizeOf = (info: tf.TensorInfo) => tf.util.sizeFromShape(info.shape);
  const names = Object.keys(inputs).filter((name) => !pack.includes(name));
  const room = buffersAtOnce(backend) - others;
  const alone = pack.length > 0 || names.length > room ? names.slice(0, room - 1) : names;
  const together = [...names.slice(alone.length), ...pack];
  const shared = `packed_${together.join('_')}`;
  const packed = gather(
    backend,
    together.map((name) => inputs[name]),
  );
  const integers: Record<string, number> = {};
  for (const [name, info] of Object.entries(inputs)) {
    integers[`step_${name}`] = info.shape[0] === batch && batch > 1 ? sizeOf(info) / batch : 0;
  }
  together.forEach((name, i) => (integers[`at_${name}`] = packed.starts[i]));
  const reader = (name: string) => {
    const index = `sample * $step_${name} + i`;
    const place = together.includes(name) ? `${shared}[$at_${name} + ${index}]` : `own_${name}[${index}]`;
    return `fn given_${name}(i: i32) -> f32 { return f32(${place}); }`;
  };
  // A shader has a buffer for every input, also where there is nothing to read; any will do.
  const filler =
    Object.values(inputs).find((info) => sizeOf(info) > 0 && info.dtype === 'float32') ?? packed.info;
  const buffers = alone.map((name): Binding => {
    const info = inputs[name];
    return {name: `own_${name}`, info: sizeOf(info) > 0 ? info : filler};
  });
  const buffer = {name: shared, info: packed.info};
  return {
    integers,
    buffers: together.length > 0 ? [...buffers, buffer] : buffers,
    code: Object.keys(inputs).map(reader).join('\n'),
    packed: {buffer, code: together.map(reader).join('\n')},
    dispose: () => void backend.disposeData(packed.info.dataId),
  };
}

/** A batch that is solved in given memory. */
export interface BoundProblems extends Pick<Problems, 'sizes' | 'numbers'> {
  /** Where the areas of the routine begin. */
  places: Record<string, number>;
  lanes: number;
  bound: Pick<BoundInputs, 'buffers' | 'integers' | 'code'>;
  /** The sample of the first problem, and the number of problems. */
  first: number;
  count: number;
  /** The number of problems that have memory at a time. The others take over the memory of one that is done. */
  slots: number;
  /** The words of workgroup memory, which is zero if no area lies there. */
  fast?: number;
  record?: Memory & {places: Record<string, number>};
}

/** One dispatch: every problem is done when it has ended. */
export function solveProblems(
  backend: WebGPU,
  routine: Routine,
  {lanes, bound, sizes, numbers, places, first, count, slots, fast = 0, record}: BoundProblems,
  {info, words, tile}: Memory,
): void {
  const kind = {
    ...{lanes, fast, threads: lanes === 1 ? THREADS : lanes},
    subgroups: lanes > 1 && hasSubgroups(backend),
  };
  run(backend, {
    // An input that is empty is read in another way.
    key: `tfjs-implicit ${routine.name} ${Object.values(kind).join()}`,
    code: () => {
      const memory = lanesCode(kind, record !== undefined);
      return withVariables(routine, [DOUBLE, memory, bound.code, routine.code(lanes)].join('\n'));
    },
    buffers: [
      {name: 'work', info, written: true},
      ...(record ? [{name: 'record', info: record.info, written: true}] : []),
      ...bound.buffers,
    ],
    integers: {
      // A zero that the compiler cannot know in advance; see `double.wgsl.ts`.
      nothing: 0,
      ...{...sizes, ...places, ...bound.integers},
      ...{first, count, slots, words, tile},
      ...(record && {...record.places, record_words: record.words, record_tile: record.tile}),
    },
    numbers,
    subgroups: kind.subgroups,
    workgroup: kind.threads,
    groups: lanes === 1 ? Math.ceil(slots / THREADS) : slots,
  });
}

function withVariables({variables = {}}: Routine, code: string): string {
  const declared = Object.entries(variables).map(([name, type]) => `var<private> own_${name}: ${type};\n`);
  const names = Object.keys(variables).join('|');
  return names ? declared.join('') + code.replace(RegExp(`\\$(${names})\\b`, 'g'), 'own_$1') : code;
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
