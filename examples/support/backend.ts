/** @file Starts a backend by name. */
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import {offerWebGPU} from '../../scripts/dawn.mjs';
import {offerTensorflow} from '../../scripts/tensorflow.mjs';

/** @throws If the backend does not start. */
export async function startBackend(name: string): Promise<void> {
  if (name === 'webgpu') {
    const missing = await offerWebGPU();
    if (missing) throw new Error(`The backend 'webgpu' is not available: ${missing}.`);
    await import('@tensorflow/tfjs-backend-webgpu');
  }
  if (name === 'tensorflow') {
    const missing = offerTensorflow();
    if (missing) throw new Error(`The backend 'tensorflow' is not available: ${missing}.`);
  }
  if (!(await tf.setBackend(name)))
    throw new Error(`The backend '${name}' is not available; use cpu, wasm, tensorflow or webgpu.`);
  await tf.ready();
}
