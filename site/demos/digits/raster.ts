/** @file A drawing as the images of the data set are made: 32×32 bits that fill the square, counted in blocks of 4×4. */
export type Stroke = (readonly [number, number])[];

const SIZE = 32;
/** The width of a line, of 32. */
const WIDTH = 4;

/** 64 numbers, 0 to 1, row by row. Strokes in any unit, y downwards. */
export function pixelsOf(strokes: readonly Stroke[]): number[] {
  const points = strokes.flat();
  const [left, top] = [0, 1].map((k) => Math.min(...points.map((point) => point[k])));
  const [right, bottom] = [0, 1].map((k) => Math.max(...points.map((point) => point[k])));
  const scale = (SIZE - WIDTH) / Math.max(right - left, bottom - top, 1e-6);
  const across = (x: number) => SIZE / 2 + scale * (x - (left + right) / 2);
  const down = (y: number) => SIZE / 2 + scale * (y - (top + bottom) / 2);
  const lines = strokes.map((stroke) => stroke.map(([x, y]) => [across(x), down(y)] as const));
  const pixels = new Array<number>(64).fill(0);
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      const isSet = lines.some((line) => distance([column + 0.5, row + 0.5], line) <= WIDTH / 2);
      if (isSet) pixels[8 * (row >> 2) + (column >> 2)] += 1 / 16;
    }
  }
  return pixels;
}

/** From a point to a line through points. */
function distance([x, y]: readonly [number, number], line: readonly (readonly [number, number])[]): number {
  let least = Infinity;
  for (let i = 0; i < line.length; i++) {
    const [a, b] = line[Math.max(0, i - 1)];
    const [dx, dy] = [line[i][0] - a, line[i][1] - b];
    const length = dx * dx + dy * dy;
    const along = length > 0 ? Math.min(1, Math.max(0, ((x - a) * dx + (y - b) * dy) / length)) : 0;
    least = Math.min(least, Math.hypot(x - a - along * dx, y - b - along * dy));
  }
  return least;
}
