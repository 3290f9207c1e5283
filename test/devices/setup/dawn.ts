/** @file Node with WebGPU, by Dawn (the npm package 'webgpu'): on the machine's GPU, or on SwiftShader where Chromium brings it. */
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {offerWebGPU} from '../../../scripts/dawn.mjs';
import {runtime} from '../runtime.js';

runtime.missing = await start();
if (runtime.missing === null) runtime.devices.push('webgpu');
else if (process.env.CI) throw new Error(runtime.missing);

/** @returns Why there is no WebGPU, or `null`. */
async function start(): Promise<string | null> {
  const missing = await offerWebGPU();
  if (missing) return missing;
  await import('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend('webgpu'))) return 'the backend webgpu does not start';
  // Small operations would otherwise run on the host.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  return null;
}
