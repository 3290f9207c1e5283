/** @file Runs a suite on every backend of this run: cpu and wasm, and tensorflow in `npm run test:tensorflow`. */
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import {offerTensorflow} from '../../scripts/tensorflow.mjs';
import {LONG, REST} from './effort.js';

const REQUIRED = ['cpu', 'wasm'];

/** Set by `npm run test:tensorflow`. */
const onTensorflow = process.env.TEST_TENSORFLOW !== undefined;
if (onTensorflow) {
  const missing = offerTensorflow();
  if (missing) throw new Error(missing);
}

export const BACKENDS = onTensorflow ? [...REQUIRED, 'tensorflow'] : REQUIRED;

/** For what concerns no kernel, but how operations are put together: the first backend stands for all, the others follow with LONG. */
export function describeAnyBackend(title: string, suite: (backend: string) => void): void {
  describeBackends(title, suite, LONG ? BACKENDS.slice(REST ? 1 : 0) : BACKENDS.slice(0, 1));
}

/** The same, but that the first stands for those alone which compute in this process: tensorflow follows always. */
export function describeAnyHost(title: string, suite: (backend: string) => void): void {
  describeAnyBackend(title, suite);
  if (!LONG) describeBackends(title, suite, BACKENDS.slice(REQUIRED.length));
}

/** `describe` once a backend, with that backend set. */
export function describeBackends(title: string, suite: (backend: string) => void, backends = BACKENDS): void {
  for (const backend of backends) {
    describe(`${title} [${backend}]`, () => {
      before(async function () {
        const available = await tf.setBackend(backend).catch(() => false);
        if (!available) {
          const message = `backend '${backend}' is not available on this machine`;
          if (process.env.CI && REQUIRED.includes(backend)) throw new Error(message);
          console.warn(`skipped: ${message}`);
          this.skip();
        }
        await tf.ready();
      });
      suite(backend);
    });
  }
}
