/** @file Isotonic regression of float32 rows in WebAssembly. */
import type {IsotonicRows} from '../../contracts/rows.js';
import {BINARY} from './binary/rows.js';
import {createRowMemory} from './row-memory.js';

/** Returns `null` if WebAssembly or its SIMD instructions are missing. */
export function createIsotonicRows(): IsotonicRows | null {
  const memory = createRowMemory(BINARY);
  if (!memory) return null;
  const {routines} = memory;
  return {
    project(x, rows, n, increasing, y, block) {
      const [from, to, blocks, sums, means] = memory.places(4 * n, 4 * n, 4 * n, 8 * n, 8 * n);
      const [input, output, starts] = [from, to, blocks].map((place) => memory.floats(place, n));
      for (let i = 0; i < rows; i++) {
        input.set(x.subarray(i * n, (i + 1) * n));
        routines.isotonic(from, n, Number(increasing), to, blocks, sums, means);
        y.set(output, i * n);
        block.set(starts, i * n);
      }
    },
    gradient(dy, block, rows, n, dx) {
      const [from, blocks, to] = memory.places(4 * n, 4 * n, 4 * n);
      const [input, starts, output] = [from, blocks, to].map((place) => memory.floats(place, n));
      for (let i = 0; i < rows; i++) {
        input.set(dy.subarray(i * n, (i + 1) * n));
        starts.set(block.subarray(i * n, (i + 1) * n));
        routines.isotonicGradient(from, blocks, n, to);
        dx.set(output, i * n);
      }
    },
  };
}
