/** @file Starts a backend by name. */
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';

/** @throws If the backend does not start. */
export async function startBackend(name: string): Promise<void> {
  if (!(await tf.setBackend(name)))
    throw new Error(`The backend '${name}' is not available; take cpu or wasm.`);
  await tf.ready();
}
