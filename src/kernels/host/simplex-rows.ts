/** @file Projection of float32 rows onto simplices in WebAssembly: rows go through a small memory of their own. */
import {BINARY} from './binary/rows.js';
import {instantiate} from './module.js';

/** The work on one row after another; `mean` receives one entry a row. */
export interface SimplexRows {
  project(x: Float32Array, rows: number, n: number, scale: Float32Array, out: Float32Array): void;
  gradient(
    y: Float32Array,
    dy: Float32Array,
    rows: number,
    n: number,
    dx: Float32Array,
    mean: Float32Array,
  ): void;
}

const PAGE = 65536;
const START = 16;

/** `null` where WebAssembly or its SIMD instructions are missing. */
export function createSimplexRows(): SimplexRows | null {
  if (typeof WebAssembly === 'undefined') return null;
  const memory = new WebAssembly.Memory({initial: 1});
  const routines = instantiate(BINARY, memory);
  if (!routines) return null;
  /** Room for three rows, 16 bytes apart at least. */
  const places = (n: number) => {
    const bytes = Math.ceil((4 * n) / 16) * 16 + 16;
    const missing = START + 3 * bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    const at = [START, START + bytes, START + 2 * bytes];
    return {at, rows: at.map((offset) => new Float32Array(memory.buffer, offset, n))};
  };
  return {
    project(x, rows, n, scale, out) {
      const {
        at: [from, to, kept],
        rows: [input, output],
      } = places(n);
      for (let i = 0; i < rows; i++) {
        input.set(x.subarray(i * n, (i + 1) * n));
        routines.projectSimplex(from, n, scale[i], to, kept);
        out.set(output, i * n);
      }
    },
    gradient(y, dy, rows, n, dx, mean) {
      const {
        at: [atY, atDy, to],
        rows: [inputY, inputDy, output],
      } = places(n);
      for (let i = 0; i < rows; i++) {
        inputY.set(y.subarray(i * n, (i + 1) * n));
        inputDy.set(dy.subarray(i * n, (i + 1) * n));
        mean[i] = routines.simplexGradient(atY, atDy, n, to);
        dx.set(output, i * n);
      }
    },
  };
}
