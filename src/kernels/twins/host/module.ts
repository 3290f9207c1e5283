/** @file The WebAssembly modules of the host kernels. They are embedded, compiled once, and loaded synchronously. */

/** The exports of a module. Pointers are byte offsets. */
export type Routines = Record<string, (...args: number[]) => number>;

const compiled = new Map<string, WebAssembly.Module | null>();

/**
 * Instantiates the module with the given bytes in hexadecimal on `memory`. Returns `null` if WebAssembly or its SIMD instructions are
 * missing.
 */
export function instantiate(binary: string, memory: WebAssembly.Memory): Routines | null {
  if (!compiled.has(binary)) compiled.set(binary, compile(binary));
  const module = compiled.get(binary);
  return module ? (new WebAssembly.Instance(module, {env: {memory}}).exports as Routines) : null;
}

function compile(binary: string): WebAssembly.Module | null {
  const bytes = Uint8Array.from({length: binary.length / 2}, (_, i) =>
    parseInt(binary.slice(2 * i, 2 * i + 2), 16),
  );
  try {
    return new WebAssembly.Module(bytes);
  } catch {
    return null;
  }
}
