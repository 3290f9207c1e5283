/** @file Projection of float32 rows onto simplices in WebAssembly: rows go through a small memory of their own. */
import {createRowMemory} from './row-memory.js';

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

/** `null` where WebAssembly or its SIMD instructions are missing. */
export function createSimplexRows(): SimplexRows | null {
  const memory = createRowMemory();
  if (!memory) return null;
  const {routines} = memory;
  /** Room for three rows. */
  const places = (n: number) => {
    const at = memory.places(4 * n, 4 * n, 4 * n);
    return {at, rows: at.map((place) => memory.floats(place, n))};
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
