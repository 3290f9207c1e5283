/** @file jax-js (npm `@jax-js/jax`) on its WebAssembly backend, f32. */
import type * as JaxJs from '@jax-js/jax';
import {optional} from './optional.js';

type Jax = typeof JaxJs;

/** Ready to use, or `null` where it cannot be loaded. */
export function loadJax(): Promise<Jax | null> {
  return optional('jax-js', async () => {
    // It asks for the browser's navigator while it loads, which Node has from version 21 on.
    if (!('navigator' in globalThis)) {
      Object.defineProperty(globalThis, 'navigator', {value: {hardwareConcurrency: 1}, configurable: true});
    }
    const jax = await import('@jax-js/jax');
    await jax.init('wasm');
    jax.defaultDevice('wasm');
    return jax;
  });
}
