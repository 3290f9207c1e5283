/** @file Runs a shader on buffers of tensors, through the WebGPU backend of tfjs. */
import * as tf from '@tensorflow/tfjs-core';
import {compile} from './pipelines.js';
import type {Uniform, WebGPU} from './types.js';

/** The number of threads in a workgroup whose threads work independently. */
export const THREADS = 32;

/** A tensor's buffer, by its name in the shader. */
export interface Binding {
  name: string;
  info: tf.TensorInfo;
  written?: boolean;
}

export interface Dispatch {
  /** Identifies the shader. Different code needs a different key, unless it differs by the buffers alone. */
  key: string;
  code: () => string;
  /** Whether threads exchange values within subgroups, which the code then has `subgroup`, `of_subgroup` and `subgroup_lanes` for. */
  subgroups?: boolean;
  /** Not empty, no two the same if one of them is written, and the first is. No more than `buffersAtOnce`. */
  buffers: Binding[];
  integers?: Record<string, number>;
  numbers?: Record<string, number>;
  workgroup: number;
  groups: number;
}

/** The number of buffers that a shader may have. */
export const buffersAtOnce = ({device}: WebGPU): number => device.limits.maxStorageBuffersPerShaderStage;

/**
 * In `code`, `$name` is a uniform: an integer or a number. The code defines `fn main(group: i32, thread: i32)`, which every thread of every
 * workgroup calls, also those of some workgroups too many.
 */
export function run(backend: WebGPU, dispatch: Dispatch): void {
  const {key, code, subgroups = false, buffers, integers = {}, numbers = {}, workgroup, groups} = dispatch;
  const types = buffers.map(({info}) => elementOf(backend, info));
  const written = buffers.map((buffer) => Boolean(buffer.written));
  const uniforms = [
    ...uniformsOf('int32', integers),
    ...uniformsOf('float32', {...numbers, NAN: NaN, INFINITY: Infinity}),
  ];
  const shaderKey = `${key} ${buffers.map(({name}, i) => `${name}:${types[i]}`).join()}`;
  compile(backend, {
    ...{key: shaderKey, written},
    source: () => {
      const declared = buffers.map(
        ({name}, i) =>
          `@group(0) @binding(${i}) var<storage, ${written[i] ? 'read_write' : 'read'}> ${name}: array<${types[i]}>;`,
      );
      const fields = uniforms.map(({name, type}) => `${name}: ${type === 'int32' ? 'i32' : 'f32'}, `);
      return `${subgroups ? SUBGROUPS : ''}
struct Uniforms { of_tfjs: i32, ${fields.join('')} };
${declared.join('\n')}
@group(0) @binding(${buffers.length}) var<uniform> uniforms: Uniforms;
${code().replace(/\$(\w+)/g, 'uniforms.$1')}
@compute @workgroup_size(${workgroup})
fn start(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  ${subgroups ? SUBGROUP_INPUTS : ''}
  @builtin(local_invocation_index) thread: u32) {
  ${subgroups ? `subgroup = i32(id); of_subgroup = i32(within); subgroup_lanes = min(i32(size_of), ${workgroup});` : ''}
  main(i32((group.z * groups.y + group.y) * groups.x + group.x), i32(thread));
}`;
    },
  });
  const [first, ...others] = buffers.map(({info}) => ({
    ...info,
    shape: [tf.util.sizeFromShape(info.shape)],
  }));
  const program = {
    ...{variableNames: [], outputShape: first.shape, shaderKey},
    ...{dispatchLayout: {x: [0]}, dispatch: [groups, 1, 1], workgroupSize: [workgroup, 1, 1]},
    // For tfjs this is a shader with a layout of its own: it takes the key as it is, and puts one integer before the uniforms.
    pixelsOpType: 0,
  };
  backend.runWebGPUProgram(program, others, first.dtype, uniforms, first);
}

/** That the threads of a workgroup take the same way is known to who writes the code, but not to the compiler. */
const SUBGROUPS = `enable subgroups;
diagnostic(off, subgroup_uniformity);
var<private> subgroup: i32;
var<private> of_subgroup: i32;
var<private> subgroup_lanes: i32;`;
const SUBGROUP_INPUTS = `@builtin(subgroup_id) id: u32,
  @builtin(subgroup_invocation_id) within: u32,
  @builtin(subgroup_size) size_of: u32,`;

/** In an order that does not depend on the caller, because the shader keeps that of the first call. */
const uniformsOf = (type: Uniform['type'], values: Record<string, number>): Uniform[] =>
  Object.keys(values)
    .sort()
    .map((name) => ({name, type, data: [values[name]]}));

/** What the buffer holds. */
function elementOf({tensorMap}: WebGPU, info: tf.TensorInfo): 'f32' | 'i32' {
  return (tensorMap.get(info.dataId)?.dtype ?? info.dtype) === 'float32' ? 'f32' : 'i32';
}
