/** @file Sums of outer products of float32 vectors in plain TypeScript. */
import type {OuterRows} from '../../contracts/rows.js';

export const referenceOuterRows: OuterRows = {
  sum({a, b, c, d}, batch, rows, columns, out) {
    for (let i = 0, at = 0; i < batch * rows; i++) {
      const from = Math.floor(i / rows) * columns;
      for (let j = from; j < from + columns; j++) {
        out[at++] = a[i] * b[j] + (c && d ? c[i] * d[j] : 0);
      }
    }
  },
};
