/** @file A sweep over rows as one line of a program, on plain arrays. */
import {arrayKernels} from '../kernels/index.js';
import type {Operand} from './routines/index.js';

/** The name of the line. */
export const SWEEP = 'RowSweep';

export interface SweepBody {
  /** The product, then the row, its slope, and the further values of the row. */
  begins: readonly Operand[];
  /** ∇g at the product, which `steps.gradient` computes, and the row that `steps.move` moves to. */
  gradient: Operand;
  moved: Operand;
  steps: {gradient: readonly (() => void)[]; move: readonly (() => void)[]};
}

/** @param state X [B, n, k], the columns of A as rows [B | 1, n, r], the product A X [B, r, k], and further values [B | 1, n, ·]. */
export function sweepOf(
  [rows, columns, product, ...beside]: readonly Operand[],
  out: Operand,
  {begins, gradient, moved, steps}: SweepBody,
): () => void {
  const [batch, n, k] = rows.shape;
  const r = columns.shape[2];
  const [P, row, slope, ...own] = begins.map(({data}) => data);
  const columnsOf = (sample: number) => (columns.shape[0] === 1 ? 0 : sample * n * r);
  const copyRow = ({shape, data}: Operand, j: number, to: Float64Array) => {
    const [count, , width] = shape;
    for (let sample = 0; sample < count; sample++) {
      const from = (sample * n + j) * width;
      for (let c = 0; c < width; c++) to[sample * width + c] = data[from + c];
    }
  };
  const {entries} = arrayKernels([columns.data, gradient.data, P, slope]);
  const toSlope =
    entries?.slope(columns.data, gradient.data, r, k, slope) ??
    ((atA, atG, at) => slopeOf(columns.data, atA, gradient.data, atG, r, k, slope, at));
  const follow =
    entries?.addOuter(P, columns.data, slope, r, k) ??
    ((atP, atA, at) => update(P, atP, columns.data, atA, r, k, slope, at));
  const run = (all: readonly (() => void)[]) => {
    for (const step of all) step();
  };
  return () => {
    P.set(product.data);
    run(steps.gradient);
    for (let j = 0; j < n; j++) {
      for (let s = 0; s < batch; s++) {
        toSlope(columnsOf(s) + j * r, s * r * k, s * k);
      }
      copyRow(rows, j, row);
      beside.forEach((values, i) => copyRow(values, j, own[i]));
      run(steps.move);
      let hasMoved = false;
      for (let s = 0; s < batch; s++) {
        const at = (s * n + j) * k;
        let isStill = true;
        for (let c = 0; c < k; c++) {
          const next = moved.data[s * k + c];
          // The row is no longer needed, so that its place can hold the change.
          const change = next - rows.data[at + c];
          out.data[at + c] = next;
          slope[s * k + c] = change;
          if (change !== 0) isStill = false;
        }
        if (isStill) continue;
        hasMoved = true;
        follow(s * r * k, columnsOf(s) + j * r, s * k);
      }
      if (hasMoved) run(steps.gradient);
    }
  };
}

/** slope = Gᵀa, for a [r] and G [r, k]. */
function slopeOf(
  a: Float64Array,
  atA: number,
  G: Float64Array,
  atG: number,
  r: number,
  k: number,
  slope: Float64Array,
  at: number,
): void {
  if (k === 1) {
    let sum = 0;
    for (let i = 0; i < r; i++) sum += a[atA + i] * G[atG + i];
    slope[at] = sum;
    return;
  }
  for (let c = 0; c < k; c++) slope[at + c] = 0;
  for (let i = 0, g = atG; i < r; i++) {
    const factor = a[atA + i];
    for (let c = 0; c < k; c++, g++) slope[at + c] += factor * G[g];
  }
}

/** P += a·changeᵀ, for P [r, k]. */
function update(
  P: Float64Array,
  atP: number,
  a: Float64Array,
  atA: number,
  r: number,
  k: number,
  change: Float64Array,
  at: number,
): void {
  if (k === 1) {
    const factor = change[at];
    for (let i = 0; i < r; i++) P[atP + i] += factor * a[atA + i];
    return;
  }
  for (let i = 0, p = atP; i < r; i++) {
    const factor = a[atA + i];
    for (let c = 0; c < k; c++, p++) P[p] += factor * change[at + c];
  }
}
