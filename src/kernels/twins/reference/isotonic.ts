/** @file Isotonic regression of float32 rows in plain TypeScript. Sums are in f64. */
import type {IsotonicRows} from '../../contracts/rows.js';

export const referenceIsotonicRows: IsotonicRows = {
  /** Pool adjacent violators (Ayer et al. 1955): a stack of blocks whose means are in order. NaN compares as not in order. */
  project(x, rows, n, increasing, y, block) {
    const sign = increasing ? -1 : 1;
    const sums = new Float64Array(n);
    const means = new Float64Array(n);
    const starts = new Int32Array(n);
    for (let row = 0; row < rows; row++) {
      let top = 0;
      for (let i = 0; i < n; i++) {
        let sum = sign * x[row * n + i];
        let mean = sum;
        let start = i;
        while (top > 0 && !(means[top - 1] >= mean)) {
          top--;
          sum += sums[top];
          start = starts[top];
          mean = sum / (i + 1 - start);
        }
        [sums[top], means[top], starts[top]] = [sum, mean, start];
        top++;
      }
      for (let k = 0; k < top; k++) {
        const [start, end] = [starts[k], k + 1 < top ? starts[k + 1] : n];
        y.fill(sign * means[k], row * n + start, row * n + end);
        block.fill(start, row * n + start, row * n + end);
      }
    }
  },

  gradient(dy, block, rows, n, dx) {
    for (let row = 0; row < rows; row++) {
      const last = (row + 1) * n;
      for (let start = row * n, end = start; start < last; start = end) {
        let sum = 0;
        for (; end < last && block[end] === block[start]; end++) sum += dy[end];
        dx.fill(sum / (end - start), start, end);
      }
    }
  },
};
