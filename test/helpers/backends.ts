/** @file Runs a suite on every backend there is; a missing one is skipped aloud, and fails where CI must have it. */
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {createRequire} from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import {LONG} from './effort.js';

const REQUIRED = ['cpu', 'wasm'];
const NODE_BINDING = '@tensorflow/tfjs-node';

const whyNoTensorflow = loadNodeBinding();

export const BACKENDS = whyNoTensorflow === null ? [...REQUIRED, 'tensorflow'] : REQUIRED;

/** For what concerns no kernel, but how operations are put together: the first backend stands for all, unless LONG is set. */
export function describeAnyBackend(title: string, suite: (backend: string) => void): void {
  describeBackends(title, suite, LONG ? BACKENDS : BACKENDS.slice(0, 1));
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

// Once a run, not once a suite.
if (whyNoTensorflow !== null) {
  describe('every suite [tensorflow]', () => {
    it(`is skipped: ${whyNoTensorflow}`, function () {
      console.warn(`skipped: every suite on the backend 'tensorflow': ${whyNoTensorflow}`);
      this.skip();
    });
  });
}

/** Loading it registers the backend 'tensorflow'. @returns Why there is none, or `null`. */
function loadNodeBinding(): string | null {
  const require = createRequire(import.meta.url);
  try {
    require.resolve(NODE_BINDING);
  } catch {
    return `${NODE_BINDING} is not installed (npm i --no-save ${NODE_BINDING})`;
  }
  try {
    require(NODE_BINDING);
    return null;
  } catch (error) {
    return `${NODE_BINDING} does not load: ${(error as Error).message.split('\n')[0]}`;
  }
}
