/** @file Compiles the shaders, each once a device: where it is first used, or ahead. */
import * as tf from '@tensorflow/tfjs-core';
import type {WebGPU} from './types.js';

/** tfjs's flag: operations compile their shaders without waiting, and do not run. */
const COMPILE_ONLY = 'WEBGPU_ENGINE_COMPILE_ONLY';

/** What a shader is compiled from. */
export interface Shader {
  /** Different code needs a different key. */
  key: string;
  source: () => string;
  /** Whether each buffer is written. */
  written: readonly boolean[];
}

/** Has the shader in tfjs's cache, where `runWebGPUProgram` looks for it. */
export function compile(backend: WebGPU, {key, source, written}: Shader): void {
  const {device, pipelineCache} = backend;
  if (pipelineCache[key]) return;
  const buffers = written.map((is) => (is ? 'storage' : 'read-only-storage') as GPUBufferBindingType);
  // Listed, because a layout that is inferred lacks whatever the shader happens not to use.
  const layout = device.createPipelineLayout({
    bindGroupLayouts: [
      device.createBindGroupLayout({
        entries: [...buffers, 'uniform' as const].map((type, binding) => ({
          ...{binding, visibility: GPUShaderStage.COMPUTE},
          buffer: {type},
        })),
      }),
    ],
  });
  const module = device.createShaderModule({code: source(), label: key});
  const descriptor = {layout, label: key, compute: {module, entryPoint: 'start'}};
  pipelineCache[key] = tf.env().getBool(COMPILE_ONLY)
    ? device.createComputePipelineAsync(descriptor)
    : device.createComputePipeline(descriptor);
}

/**
 * Compiles the shaders of all operations that `work` calls, without running them; the device works on that while the program goes on. On
 * other backends there is nothing to do.
 *
 * @param work Must not read a tensor, nor change a variable: the results of its operations have no values.
 */
export async function compileAhead(work: () => unknown): Promise<void> {
  if (tf.getBackend() !== 'webgpu') return;
  const {pipelineCache} = tf.backend() as WebGPU;
  const env = tf.env();
  const compiling: [key: string, pipeline: Promise<GPUComputePipeline>][] = [];
  env.set(COMPILE_ONLY, true);
  try {
    tf.tidy(() => void work());
  } finally {
    env.set(COMPILE_ONLY, false);
    for (const [key, pipeline] of Object.entries(pipelineCache)) {
      if (!(pipeline instanceof Promise)) continue;
      compiling.push([key, pipeline]);
      // An operation that is called meanwhile compiles its own, and does not find one that is not ready.
      delete pipelineCache[key];
    }
  }
  await Promise.all(
    compiling.map(async ([key, pipeline]) => {
      const ready = await pipeline;
      pipelineCache[key] ??= ready;
    }),
  );
}
