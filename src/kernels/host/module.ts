/** @file The WebAssembly module of the host kernels: compiled once, embedded, synchronous. */
import {BINARY} from './binary.js';

/** The exports of `assembly/index.ts`; pointers are byte offsets. */
export type Routines = Record<string, (...args: number[]) => number>;

let compiled: WebAssembly.Module | null | undefined;

/** An instance on `memory`, or `null` where WebAssembly or its SIMD instructions are missing. */
export function instantiate(memory: WebAssembly.Memory): Routines | null {
  compiled ??= compile();
  return compiled && (new WebAssembly.Instance(compiled, {env: {memory}}).exports as Routines);
}

function compile(): WebAssembly.Module | null {
  if (typeof WebAssembly === 'undefined') return null;
  const bytes = Uint8Array.from(atob(BINARY), (character) => character.charCodeAt(0));
  try {
    return new WebAssembly.Module(bytes);
  } catch {
    return null;
  }
}
