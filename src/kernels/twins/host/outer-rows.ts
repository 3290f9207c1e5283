/** @file Sums of outer products of float32 vectors in WebAssembly. */
import type {OuterRows} from '../../contracts/rows.js';
import {BINARY} from './binary/outers.js';
import {createRowMemory} from './row-memory.js';

/** Returns `null` if WebAssembly or its SIMD instructions are missing. */
export function createOuterRows(): OuterRows | null {
  const memory = createRowMemory(BINARY);
  if (!memory) return null;
  return {
    sum({a, b, c, d}, batch, rows, columns, out) {
      const size = rows * columns;
      const places = memory.places(4 * rows, 4 * columns, 4 * rows, 4 * columns, 4 * size);
      const [left, right, left2, right2] = places.map((place, i) =>
        memory.floats(place, i % 2 === 0 ? rows : columns),
      );
      const result = memory.floats(places[4], size);
      for (const vector of [left2, right2]) vector.fill(0);
      for (let i = 0; i < batch; i++) {
        left.set(a.subarray(i * rows, (i + 1) * rows));
        right.set(b.subarray(i * columns, (i + 1) * columns));
        if (c && d) {
          left2.set(c.subarray(i * rows, (i + 1) * rows));
          right2.set(d.subarray(i * columns, (i + 1) * columns));
        }
        memory.routines.outers(places[0], places[1], places[2], places[3], rows, columns, places[4]);
        out.set(result, i * size);
      }
    },
  };
}
