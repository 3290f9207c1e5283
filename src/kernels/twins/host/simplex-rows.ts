/** @file Projection of float32 rows onto simplices in WebAssembly. Rows are copied through a small memory. */
import type {SimplexRows} from '../../contracts/rows.js';
import {BINARY} from './binary/rows.js';
import {createRowMemory} from './row-memory.js';

/** Returns `null` if WebAssembly or its SIMD instructions are missing. */
export function createSimplexRows(): SimplexRows | null {
  const memory = createRowMemory(BINARY);
  if (!memory) return null;
  const {routines} = memory;
  return {
    project(x, rows, n, scale, out) {
      const [from, kept, found, threshold] = memory.places(4 * n + 60, 8 * n, 4 * n + 60, 16);
      const row = memory.floats(from, n);
      const indices = memory.indices(found, n);
      const tau = memory.doubles(threshold, 2);
      // Few entries of a row stay above zero, and only those are written.
      out.fill(0);
      for (let i = 0; i < rows; i++) {
        row.set(x.subarray(i * n, (i + 1) * n));
        const count = routines.simplexThreshold(from, n, scale[i], kept, found, threshold);
        const base = i * n;
        if (Number.isNaN(tau[0])) out.fill(NaN, base, base + n);
        const [below, largest] = tau;
        for (let k = 0; k < count; k++)
          out[base + indices[k]] = Math.max(row[indices[k]] - largest - below, 0);
      }
    },
    gradient(y, dy, rows, n, dx, mean) {
      const [from, found] = memory.places(4 * n + 60, 4 * n + 60);
      const row = memory.floats(from, n);
      const indices = memory.indices(found, n);
      dx.fill(0);
      for (let i = 0; i < rows; i++) {
        row.set(y.subarray(i * n, (i + 1) * n));
        const count = routines.positiveEntries(from, n, found);
        const base = i * n;
        let sum = 0;
        for (let k = 0; k < count; k++) sum += dy[base + indices[k]];
        const average = sum / Math.max(count, 1);
        mean[i] = average;
        for (let k = 0; k < count; k++) dx[base + indices[k]] = dy[base + indices[k]] - average;
      }
    },
  };
}
