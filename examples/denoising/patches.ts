/** @file A picture as overlapping patches, and the patches as a picture again. */
import type {Picture} from './pictures.js';

/** The side of a patch, and how far the next one lies from it. */
export const SIDE = 5;
const STRIDE = 3;

/** Where patches begin along one side: the last one ends with the picture. */
function starts(length: number): number[] {
  const last = length - SIDE;
  return Array.from({length: Math.ceil(last / STRIDE) + 1}, (_, i) => Math.min(i * STRIDE, last));
}

/** For each patch of a picture of this size, where its pixels lie. */
export function positions(width: number, height: number): number[][] {
  return starts(height).flatMap((top) =>
    starts(width).map((left) =>
      Array.from({length: SIDE ** 2}, (_, k) => (top + Math.floor(k / SIDE)) * width + left + (k % SIDE)),
    ),
  );
}

/** Each patch as a row of SIDE² numbers without their mean, and the means. */
export function cut({width, height, values}: Picture): {rows: number[][]; means: number[]} {
  const patches = positions(width, height).map((at) => at.map((i) => values[i]));
  const means = patches.map((patch) => patch.reduce((a, b) => a + b, 0) / patch.length);
  return {rows: patches.map((patch, i) => patch.map((value) => value - means[i])), means};
}

/** The mean of all patches that cover a pixel. `rows` has them one after the other. */
export function join(rows: ArrayLike<number>, means: number[], width: number, height: number): Picture {
  const [values, count] = [new Float32Array(width * height), new Float32Array(width * height)];
  positions(width, height).forEach((at, i) =>
    at.forEach((pixel, k) => {
      values[pixel] += rows[i * SIDE ** 2 + k] + means[i];
      count[pixel]++;
    }),
  );
  return {width, height, values: values.map((value, i) => value / count[i])};
}

/** `join` as a matrix, [patches · SIDE², pixels]: of all patches as one row, without their means. */
export function joining(width: number, height: number): number[][] {
  const all = positions(width, height).flat();
  const count = new Float32Array(width * height);
  for (const pixel of all) count[pixel]++;
  return all.map((pixel) => Array.from(count, (n, i) => (i === pixel ? 1 / n : 0)));
}

/** Differences of neighbours in a patch, right and down: ‖Dz‖₁ is its total variation. */
export function neighbourDifferences(): number[][] {
  const difference = (from: number, to: number) =>
    Array.from({length: SIDE ** 2}, (_, i) => Number(i === to) - Number(i === from));
  return Array.from({length: SIDE ** 2}, (_, k) => [
    ...(k % SIDE < SIDE - 1 ? [difference(k, k + 1)] : []),
    ...(k < SIDE * (SIDE - 1) ? [difference(k, k + SIDE)] : []),
  ]).flat();
}
