/** @file Runs a suite on every backend there is; a missing one is skipped aloud, and fails where CI must have it. */
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

export const BACKENDS = ['cpu', 'wasm'] as const;

/** `describe` once a backend, with that backend set. */
export function describeBackends(title: string, suite: (backend: string) => void): void {
  for (const backend of BACKENDS) {
    describe(`${title} [${backend}]`, () => {
      before(async function () {
        const available = await tf.setBackend(backend).catch(() => false);
        if (!available) {
          const message = `backend '${backend}' is not available on this machine`;
          if (process.env.CI) throw new Error(message);
          console.warn(`skipped: ${message}`);
          this.skip();
        }
        await tf.ready();
      });
      suite(backend);
    });
  }
}
