/** @file Runs a shader with the WebGPU backend of tfjs. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Uniform, WebGPU} from './types.js';

/** The number of threads in a workgroup whose threads work independently. */
export const THREADS = 32;

export interface Dispatch {
  /** Identifies the shader. Different code needs a different key. */
  key: string;
  code: () => string;
  inputs: Record<string, tf.TensorInfo>;
  uniforms: Uniform[];
  workgroup: number;
  threads: number;
  output: tf.TensorInfo;
}

/** In `code`, `$name` is a uniform. The code defines `fn main(index: i32)`, which every thread calls. */
export function run(
  backend: WebGPU,
  {key, code, inputs, uniforms, workgroup, threads, output}: Dispatch,
): tf.TensorInfo {
  const program = {
    variableNames: Object.keys(inputs),
    outputShape: output.shape,
    dispatchLayout: {x: [0]},
    dispatch: [Math.ceil(threads / workgroup), 1, 1] as [number, number, number],
    workgroupSize: [workgroup, 1, 1] as [number, number, number],
    shaderKey: key,
    uniforms: uniforms.map(({name, type}) => `${name} : ${type === 'int32' ? 'i32' : 'f32'}, `).join(''),
    getUserCode: () => code().replace(/\$(\w+)/g, 'uniforms.$1'),
  };
  return backend.runWebGPUProgram(program, Object.values(inputs), output.dtype, uniforms, output);
}
