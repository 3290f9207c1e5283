/** @file Loads the backend of tfjs that the tensors lie on. */
import * as tf from '@tensorflow/tfjs-core';
import {UsageError} from './failure.js';

/** @throws What to install, if there is none. */
export async function useBackend(): Promise<void> {
  // Without its advice on other backends.
  tf.enableProdMode();
  try {
    await import('@tensorflow/tfjs-backend-cpu');
  } catch (error) {
    if ((error as {code?: string}).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError('TensorFlow.js has no backend here: run `npm install @tensorflow/tfjs`.');
  }
  await tf.setBackend('cpu');
  await tf.ready();
}
