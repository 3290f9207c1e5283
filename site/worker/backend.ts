/** @file Starts a backend of tfjs in a worker of the site. */
import * as tf from '@tensorflow/tfjs';
import {setWasmPaths} from '@tensorflow/tfjs-backend-wasm';
import simple from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';

/** What the pages offer. */
export type Backend = 'wasm' | 'webgpu';

const absolute = (address: string) => new URL(address, self.location.href).href;
setWasmPaths({
  'tfjs-backend-wasm.wasm': absolute(simple),
  'tfjs-backend-wasm-simd.wasm': absolute(simd),
  'tfjs-backend-wasm-threaded-simd.wasm': absolute(threaded),
});

/** @throws If the browser does not have it. */
export async function startBackend(backend: Backend): Promise<void> {
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
  // Without `navigator.gpu` the backend is not even registered, and setBackend throws.
  const isThere = await tf.setBackend(backend).catch(() => false);
  if (!isThere) throw new Error(`This browser does not have the backend ${backend}.`);
  await tf.ready();
}
